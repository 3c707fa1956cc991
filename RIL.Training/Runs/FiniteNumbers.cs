using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RIL.Training.Runs;

/// <summary>
/// Writes numbers that are not finite as null, JSON's only word for them, and reads null as NaN: no figure can keep an event or a
/// checkpoint from being written.
/// </summary>
internal sealed class FiniteNumbers : JsonConverter<double>
{
    /// <summary>JSON as .NET writes it, with the members' own names.</summary>
    public static readonly JsonSerializerOptions Plain = new() { Converters = { new FiniteNumbers() } };

    public override bool HandleNull => true;

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteNullValue();
    }

    /// <summary>A copy in which null stands for every number that is not finite.</summary>
    public static JsonNode? Clean(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                var cleanMembers = new JsonObject();
                foreach ((string key, JsonNode? value) in members) cleanMembers[key] = Clean(value);
                return cleanMembers;
            case JsonArray items:
                return new JsonArray([.. items.Select(Clean)]);
            case JsonValue value when (value.TryGetValue(out double d) && !double.IsFinite(d))
                || (value.TryGetValue(out float f) && !float.IsFinite(f)):
                return null;
            default:
                return node?.DeepClone();
        }
    }
}
