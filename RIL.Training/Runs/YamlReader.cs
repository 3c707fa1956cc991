using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RIL.Training.Runs;

/// <summary>YAML to JSON nodes by the core schema of YAML 1.2: plain scalars are null, true or false, numbers, else texts; quoted ones are texts.</summary>
internal static partial class YamlReader
{
    public static JsonNode? Read(string text, string source)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 0 ? null : Convert(stream.Documents[0].RootNode, 0);
        }
        catch (YamlException e)
        {
            throw new InputException($"{source}: it is not valid YAML ({(e.InnerException ?? e).Message}, line {e.Start.Line}).", e);
        }
    }

    private static JsonNode? Convert(YamlNode node, int depth) => node switch
    {
        _ when depth > 32 => throw new YamlException(node.Start, node.End, "it is nested too deeply"), // an alias may refer to itself
        YamlMappingNode map => new JsonObject(map.Children.Select(p => KeyValuePair.Create((p.Key as YamlScalarNode)?.Value ?? throw new YamlException(p.Key.Start, p.Key.End, "a key is not a text"), Convert(p.Value, depth + 1)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(n => Convert(n, depth + 1))]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: { } plain } => Plain(plain),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => null,
    };

    private static JsonNode? Plain(string value) => value switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ when Integer().IsMatch(value) && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) => whole,
        _ when Number().IsMatch(value) => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
        _ => value,
    };

    [GeneratedRegex(@"^[-+]?[0-9]+$")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();
}
