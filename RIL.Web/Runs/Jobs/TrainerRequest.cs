using Asked = RIL.Training.Runs.RunRequest;

namespace RIL.Web.Runs.Jobs;

/// <summary>What a trainer was asked to do and since when; one that does not do it in time is ended by force.</summary>
internal sealed class TrainerRequest(TrainerProcess trainer, TimeSpan patience)
{
    private Asked _asked;
    private DateTimeOffset _since;

    /// <summary>Whether it was ended by force.</summary>
    public bool Forced { get; private set; }

    /// <summary>Asks once more. Another request than before has its time anew.</summary>
    /// <param name="wanted">To pause or to stop.</param>
    /// <param name="now">The time.</param>
    /// <param name="mayForce">Whether it is ended where it does not comply.</param>
    public void Repeat(Asked wanted, DateTimeOffset now, bool mayForce)
    {
        if (wanted != _asked) (_asked, _since) = (wanted, now);
        if (Forced) return;
        if (mayForce && now - _since > patience)
        {
            trainer.Kill();
            Forced = true;
            return;
        }
        trainer.Ask(wanted);
    }
}
