namespace RIL.Training.Runs;

/// <summary>Somebody who sees every event of a run as it is written: the terminal, TensorBoard.</summary>
public interface IRunObserver
{
    /// <summary>Called once per event, in order, on the thread that wrote it.</summary>
    void Observe(RunEvent happened);
}
