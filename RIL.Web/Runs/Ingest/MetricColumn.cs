using System.Text;

namespace RIL.Web.Runs.Ingest;

/// <summary>New values of one metric, in the order of their events.</summary>
internal sealed class MetricColumn(string name)
{
    public string Name { get; } = name;

    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(name);

    /// <summary>The metric that came after it the last time.</summary>
    public MetricColumn? Follower { get; set; }

    public List<(long Step, double Value)> Values { get; } = [];
}
