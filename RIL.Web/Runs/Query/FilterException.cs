using RIL.Training;

namespace RIL.Web.Runs.Query;

/// <summary>A filter that cannot be read: what is wrong, and where.</summary>
/// <param name="message">The sentence.</param>
/// <param name="at">Position in the filter, from 0.</param>
public sealed class FilterException(string message, int at) : InputException(message)
{
    /// <summary>Position in the filter, from 0.</summary>
    public int At { get; } = at;
}
