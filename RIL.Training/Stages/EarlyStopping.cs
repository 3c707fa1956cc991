using System.Text.Json.Nodes;

namespace RIL.Training.Stages;

/// <summary>
/// Ends a stage early, as transformers' EarlyStoppingCallback does: after so many evaluations in a row whose accuracy is not above the
/// best so far. An evaluation without an accuracy counts as one that did not improve.
/// </summary>
/// <param name="patience">Evaluations without improvement that end the stage; 0 = never.</param>
internal sealed class EarlyStopping(int patience)
{
    private const string BestKey = "best_accuracy", WaitedKey = "evaluations_without_improvement";
    private int _waited;

    /// <summary>The best accuracy so far; null where there was none.</summary>
    public double? Best { get; private set; }

    /// <summary>Whether the stage is over.</summary>
    public bool Ends => patience > 0 && _waited >= patience;

    /// <summary>Hears the accuracy of an evaluation.</summary>
    public void Hear(double? accuracy)
    {
        if (accuracy is { } a && double.IsFinite(a) && !(a <= Best)) (Best, _waited) = (a, 0);
        else _waited++;
    }

    /// <summary>What a checkpoint must remember; null where there is nothing.</summary>
    public JsonObject? State() => patience == 0 ? null : new JsonObject { [BestKey] = Best, [WaitedKey] = _waited };

    /// <summary>Goes on from what a checkpoint remembers.</summary>
    public void Restore(JsonObject? state)
    {
        if (state?[WaitedKey] is not { } waited) return;
        (Best, _waited) = (state[BestKey]?.GetValue<double>(), waited.GetValue<int>());
    }
}
