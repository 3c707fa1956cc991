namespace RIL.Training.Configuration;

/// <summary>
/// Everything there is to say about one key of the run configuration: reading, checks, schema and help are derived from it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(string key, string effect) : Attribute
{
    public string Key { get; } = key;

    /// <summary>One line: what it does, in which unit.</summary>
    public string Effect { get; } = effect;

    public double Min { get; init; } = double.NegativeInfinity;

    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>Whether <see cref="Min"/> itself is too small.</summary>
    public bool AboveMin { get; init; }

    /// <summary>Whether a run may go on with another value than it was started with.</summary>
    public bool MayChange { get; init; }
}
