using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RIL.Web.Runs.Live;

/// <summary>Writes a message as JSON once for all connections that get it; the hub's protocol would write it once for each.</summary>
/// <param name="plain">The JSON of the hub without this converter.</param>
internal sealed class SharedMessages(JsonSerializerOptions plain) : JsonConverter<RunMessage>
{
    private readonly ConditionalWeakTable<RunMessage, byte[]> _written = [];

    public override RunMessage? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonSerializer.Deserialize<RunMessage>(ref reader, plain);

    public override void Write(Utf8JsonWriter writer, RunMessage value, JsonSerializerOptions options) =>
        writer.WriteRawValue(_written.GetValue(value, message => JsonSerializer.SerializeToUtf8Bytes(message, plain)), skipInputValidation: true);
}
