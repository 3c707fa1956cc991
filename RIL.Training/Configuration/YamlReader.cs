using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace RIL.Training.Configuration;

/// <summary>
/// YAML to JSON nodes by the core schema of YAML 1.2: plain scalars are null, true or false, numbers, else texts; quoted ones are texts.
/// What would cost far more to read than to write is refused: long texts, deep nesting, and aliases of aliases, of which a few lines stand
/// for millions of values.
/// </summary>
internal static partial class YamlReader
{
    /// <summary>Most characters of a document.</summary>
    public const int Longest = 256 * 1024;

    private const int Deepest = 32, Most = 100_000;

    public static JsonNode? Read(string text, string source)
    {
        if (text.Length > Longest) throw new InputException(
            $"{source}: the YAML has {text.Length} characters; expected at most {Longest}.");
        try
        {
            Check(text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 0 ? null : new Conversion().Of(stream.Documents[0].RootNode, 1);
        }
        catch (YamlException e)
        {
            throw new InputException($"{source}: it is not valid YAML ({(e.InnerException ?? e).Message}, line {e.Start.Line}).", e);
        }
    }

    // The parser gives one event after the other, without recursion; loading into nodes, which comes next, recurses.
    private static void Check(string text)
    {
        var parser = new Parser(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
            ParsingEvent at = parser.Current!;
            depth += at.NestingIncrease;
            if (depth > Deepest) throw new YamlException(at.Start, at.End, "it is nested too deeply");
        }
    }

    // What an alias stands for is written once and counted every time.
    private sealed class Conversion
    {
        private int _values;

        public JsonNode? Of(YamlNode node, int depth)
        {
            if (depth > Deepest) throw new YamlException(node.Start, node.End, "it is nested too deeply");
            if (++_values > Most) throw new YamlException(node.Start, node.End,
                $"it stands for more than {Most} values; expected fewer aliases");
            return node switch
            {
                YamlMappingNode map => new JsonObject(
                    map.Children.Select(p => KeyValuePair.Create((p.Key as YamlScalarNode)?.Value
                    ?? throw new YamlException(p.Key.Start, p.Key.End, "a key is not a text"), Of(p.Value, depth + 1)))),
                YamlSequenceNode list => new JsonArray([.. list.Children.Select(n => Of(n, depth + 1))]),
                YamlScalarNode { Style: ScalarStyle.Plain, Value: { } plain } => Plain(plain),
                YamlScalarNode scalar => JsonValue.Create(scalar.Value),
                _ => null,
            };
        }
    }

    private static JsonNode? Plain(string value) => value switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ when Integer().IsMatch(value) && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out long whole) => whole,
        // What is beyond every number stays a text, which no setting that wants a number accepts.
        _ when Number().IsMatch(value) && double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture) is var number
            && double.IsFinite(number) => number,
        _ => value,
    };

    [GeneratedRegex(@"^[-+]?[0-9]+$")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();
}
