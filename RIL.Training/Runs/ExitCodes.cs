namespace RIL.Training.Runs;

/// <summary>What the program's exit status says.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>A fault of the program; the report on stderr is for its makers.</summary>
    public const int Fault = 1;

    /// <summary>Input that cannot be used, a disk that is full, a loss that is not a number: one sentence on stderr.</summary>
    public const int Unusable = 2;

    /// <summary>Stopped or paused on request, with a checkpoint to go on from.</summary>
    public const int Stopped = 130;
}
