namespace RIL.Web.Runs.Metrics;

/// <summary>First, last, smallest and largest of values that come in the order of their steps; what is not a number is counted and otherwise left out.</summary>
internal struct Reduction
{
    public int Count;
    public int NotANumber;
    public long FirstStep, LastStep, MinStep, MaxStep;
    public double First, Last, Min, Max;

    /// <summary>Step of the first value that is not a number.</summary>
    public long NotANumberStep;

    public readonly bool HasNumber => Count > NotANumber;

    public void Add(long step, double value)
    {
        if (double.IsNaN(value))
        {
            if (Count == 0) FirstStep = LastStep = MinStep = MaxStep = step;
            else if (!HasNumber) LastStep = step;
            if (NotANumber++ == 0) NotANumberStep = step;
        }
        else
        {
            if (!HasNumber) (FirstStep, First, MinStep, Min, MaxStep, Max) = (step, value, step, value, step, value);
            else if (value < Min) (MinStep, Min) = (step, value);
            else if (value > Max) (MaxStep, Max) = (step, value);
            (LastStep, Last) = (step, value);
        }
        Count++;
    }

    public void Add(in Reduction next)
    {
        if (next.Count == 0) return;
        if (Count == 0)
        {
            this = next;
            return;
        }
        if (NotANumber == 0) NotANumberStep = next.NotANumberStep;
        if (next.HasNumber)
        {
            if (!HasNumber) (FirstStep, First, MinStep, Min, MaxStep, Max) = (next.FirstStep, next.First, next.MinStep, next.Min, next.MaxStep, next.Max);
            else
            {
                if (next.Min < Min) (MinStep, Min) = (next.MinStep, next.Min);
                if (next.Max > Max) (MaxStep, Max) = (next.MaxStep, next.Max);
            }
            (LastStep, Last) = (next.LastStep, next.Last);
        }
        else if (!HasNumber)
        {
            LastStep = next.LastStep;
        }
        Count += next.Count;
        NotANumber += next.NotANumber;
    }
}
