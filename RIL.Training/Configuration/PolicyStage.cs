namespace RIL.Training.Configuration;

/// <summary>Whether and how the student is trained after its warm start.</summary>
public enum PolicyStage
{
    /// <summary>Not at all: the run ends after supervised fine-tuning.</summary>
    None,

    /// <summary>By group-relative policy optimisation with this configuration's rewards.</summary>
    Grpo,
}
