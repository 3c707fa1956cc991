namespace RIL.Web.Runs;

/// <summary>Where a run is in its life.</summary>
public enum RunState
{
    /// <summary>Being written; not in the queue.</summary>
    Draft,

    /// <summary>Waits for a slot.</summary>
    Queued,

    /// <summary>The trainer is being started.</summary>
    Starting,

    /// <summary>The trainer works.</summary>
    Running,

    /// <summary>Asked to pause; the trainer writes a checkpoint.</summary>
    Pausing,

    /// <summary>Holds no slot; goes on from its checkpoint when asked to.</summary>
    Paused,

    /// <summary>Asked to stop; the trainer writes a checkpoint.</summary>
    Stopping,

    /// <summary>Trained and evaluated.</summary>
    Finished,

    /// <summary>Ended by an error.</summary>
    Failed,

    /// <summary>Ended by a person.</summary>
    Cancelled,

    /// <summary>Out of sight, nothing lost.</summary>
    Archived,

    /// <summary>In the trash, until it is purged.</summary>
    Deleted,
}

/// <summary>What a person may ask of a run.</summary>
public enum RunAction
{
    /// <summary>Put a draft into the queue.</summary>
    Start,

    /// <summary>Write a checkpoint and give the slot to others.</summary>
    Pause,

    /// <summary>Go on from the last checkpoint.</summary>
    Resume,

    /// <summary>Write a checkpoint and end.</summary>
    Stop,

    /// <summary>Try again after an end that was not the intended one, from the last checkpoint where there is one.</summary>
    Retry,

    /// <summary>A new draft with the same configuration.</summary>
    Clone,

    /// <summary>Put out of sight.</summary>
    Archive,

    /// <summary>Back from the archive or the trash.</summary>
    Restore,

    /// <summary>Into the trash.</summary>
    Delete,
}
