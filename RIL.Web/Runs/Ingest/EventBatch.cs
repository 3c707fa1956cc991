using System.Text;
using System.Text.Json;
using RIL.Training;
using RIL.Training.Runs;

namespace RIL.Web.Runs.Ingest;

/// <summary>
/// Events of a file that are stored together. Lines with metrics, nearly all of a long run, are read without making objects of them: their names come in the same order every time, so most are recognised
/// by comparing bytes with the name that followed last time.
/// </summary>
/// <param name="after">Number of the last event before it.</param>
internal sealed class EventBatch(long after)
{
    private static readonly HashSet<string> Kept = ["loss", "reward", "eval/accuracy", "discriminator/accuracy"];

    private readonly Dictionary<string, MetricColumn> _byName = new(StringComparer.Ordinal);
    private readonly List<MetricColumn> _columns = [];
    private readonly List<(MetricColumn Column, double Value)> _line = [];
    private readonly MetricColumn _start = new("");
    private MetricColumn _previous = new("");
    private long _reached = long.MinValue;

    /// <summary>Number of the last event.</summary>
    public long Last { get; private set; } = after;

    public int Events { get; private set; }

    public int Values { get; private set; }

    /// <summary>Metrics by name, with their new values.</summary>
    public IReadOnlyList<MetricColumn> Columns => _columns;

    /// <summary>Time and tokens of the steps with metrics.</summary>
    public SortedDictionary<long, (DateTimeOffset Time, double? Tokens)> Steps { get; } = [];

    /// <summary>Events other than metrics, in order, each with the largest step of the metrics before it.</summary>
    public List<(RunEvent Happened, long Reached)> Others { get; } = [];

    /// <summary>Last values that say what a stage came to, with their steps.</summary>
    public Dictionary<(string Stage, string Metric), (double Value, long Step)> Results { get; } = [];

    /// <summary>The resumption with which the batch begins.</summary>
    public ResumedEvent? Resumed { get; private set; }

    /// <summary>Takes a whole line; false where it belongs into the next batch because what came before it must be stored first.</summary>
    public bool Add(ReadOnlySpan<byte> line)
    {
        if (AddMetrics(line)) return true;
        RunEvent? other = Parse(line, out long number);
        if (other is ResumedEvent resumed)
        {
            if (Events > 0) return false;
            Resumed = resumed;
        }
        Count(number);
        if (other is not null) Others.Add((other, _reached));
        return true;
    }

    private void Count(long number)
    {
        if (number <= Last) throw new InputException($"events.jsonl: event {number} comes after event {Last}; numbers must grow. Was the file changed by hand?");
        Last = number;
        Events++;
    }

    // Kinds that this version does not know are passed over.
    private static RunEvent? Parse(ReadOnlySpan<byte> line, out long number)
    {
        string text = Encoding.UTF8.GetString(line);
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement root = document.RootElement;
        number = root.GetProperty("n").GetInt64();
        string? kind = root.TryGetProperty("kind", out JsonElement k) ? k.GetString() : null;
        return kind is "stage" or "progress" or "completions" or "checkpoint" or "log" or "resumed" or "finished" or "failed" ? RunEvent.FromLine(text) : null;
    }

    // False where the line is of another kind.
    private bool AddMetrics(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        _line.Clear();
        _previous = _start;
        bool metrics = false;
        long number = -1;
        long? step = null;
        DateTimeOffset time = default;
        string stage = "";
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) throw new JsonException("The line holds no object.");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("kind"u8))
            {
                json.Read();
                if (!json.ValueTextEquals("metrics"u8)) return false;
                metrics = true;
            }
            else if (json.ValueTextEquals("n"u8)) (_, number) = (json.Read(), json.GetInt64());
            else if (json.ValueTextEquals("time"u8)) (_, time) = (json.Read(), json.GetDateTimeOffset());
            else if (json.ValueTextEquals("step"u8)) (_, step) = (json.Read(), json.GetInt64());
            else if (json.ValueTextEquals("stage"u8)) (_, stage) = (json.Read(), json.GetString() ?? "");
            else if (json.ValueTextEquals("metrics"u8) || json.ValueTextEquals("timing"u8)) ReadValues(ref json);
            else json.Skip();
        }
        if (!metrics || number < 0) return false;
        if (json.TokenType != JsonTokenType.EndObject || step is not { } at) throw new JsonException("The line ends early.");
        Count(number);
        Store(stage, at, time);
        return true;
    }

    private void ReadValues(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) return;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            MetricColumn column = Column(ref json);
            json.Read();
            switch (json.TokenType)
            {
                case JsonTokenType.Number:
                    _line.Add((column, json.GetDouble()));
                    break;
                // Other writers say it in words, or in JSON's only word for nothing.
                case JsonTokenType.String or JsonTokenType.Null:
                    _line.Add((column, double.NaN));
                    break;
                default:
                    json.Skip();
                    break;
            }
        }
    }

    private MetricColumn Column(ref Utf8JsonReader json)
    {
        MetricColumn? column = _previous.Follower;
        if (column is null || !json.ValueTextEquals(column.Utf8))
        {
            string name = json.GetString()!;
            if (!_byName.TryGetValue(name, out column))
            {
                _byName[name] = column = new MetricColumn(name);
                _columns.Add(column);
            }
            _previous.Follower = column;
        }
        return _previous = column;
    }

    private void Store(string stage, long step, DateTimeOffset time)
    {
        double? tokens = null;
        foreach ((MetricColumn column, double value) in _line)
        {
            column.Values.Add((step, double.IsFinite(value) ? value : double.NaN));
            if (column.Name == "num_tokens" && double.IsFinite(value)) tokens = value;
            if (double.IsFinite(value) && Kept.Contains(column.Name)) Results[(stage, column.Name)] = (value, step);
        }
        Values += _line.Count;
        _reached = Math.Max(_reached, step);
        Steps[step] = Steps.TryGetValue(step, out var before) ? (before.Time, tokens ?? before.Tokens) : (time, tokens);
    }
}
