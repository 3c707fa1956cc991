namespace RIL.Training.Optimizers;

/// <summary>
/// A learning rate over a stage: linear warm-up from 0, then the schedule of transformers' get_scheduler, down to a floor.
/// </summary>
/// <param name="Peak">Rate after the warm-up.</param>
/// <param name="Schedule">Course after it.</param>
/// <param name="WarmupSteps">Steps of the warm-up.</param>
/// <param name="TotalSteps">Steps of the stage.</param>
/// <param name="FloorRatio">What is left at the end, as a fraction of the peak.</param>
public sealed record LearningRate(double Peak, LearningRateSchedule Schedule, int WarmupSteps, int TotalSteps, double FloorRatio = 0)
{
    /// <summary>The rate of step <paramref name="step"/>, the first being 0.</summary>
    public double At(int step)
    {
        if (step < WarmupSteps) return Peak * step / Math.Max(1, WarmupSteps);
        double progress = (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps);
        double factor = Schedule switch
        {
            LearningRateSchedule.Linear => Math.Max(0, 1 - progress),
            LearningRateSchedule.Cosine => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress))),
            _ => 1,
        };
        return Peak * (FloorRatio + (1 - FloorRatio) * factor);
    }
}
