using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RIL.Training.Configuration;

/// <summary>The two settings that are more than one value: teachers and reward weights.</summary>
internal static class ComposedValues
{
    /// <summary>Largest weight of a reward or a teacher; only their relation counts.</summary>
    public const double LargestWeight = 1000;

    private const double SmallestShare = 1e-6;
    private const int LongestNode = 200;
    private static readonly string[] TeacherKeys = ["name", "answers", "weight", "checkpoint"];

    public static JsonNode Write(RewardWeights weights) => new JsonObject { ["similarity"] = weights.Similarity,
        ["answer"] = weights.Answer };

    public static JsonNode Write(TeacherSource teacher) =>
        new JsonObject { ["name"] = teacher.Name, ["answers"] = teacher.Answers, ["weight"] = teacher.Weight,
            ["checkpoint"] = teacher.Checkpoint };

    public static RewardWeights? ReadWeights(JsonNode? node)
    {
        (JsonNode? similarity, JsonNode? answer) = node switch
        {
            JsonArray { Count: 2 } list => (list[0], list[1]),
            JsonObject map when map.All(p => p.Key is "similarity" or "answer") =>
                (map["similarity"] ?? JsonValue.Create(new RewardWeights().Similarity),
                    map["answer"] ?? JsonValue.Create(new RewardWeights().Answer)),
            _ => (null, null),
        };
        return Number(similarity) is { } s && Number(answer) is { } a && new RewardWeights(s, a) is var weights && IsUsable(weights)
            ? weights : null;
    }

    public static bool IsUsable(RewardWeights weights) =>
        weights.Similarity is >= 0 and <= LargestWeight && weights.Answer is >= 0 and <= LargestWeight;

    /// <summary>What is wrong with the weights of teachers that were made in code, in words; null where nothing is.</summary>
    public static string? Problem(IReadOnlyList<TeacherSource> teachers) =>
        teachers.FirstOrDefault(t => t.Weight is not (>= SmallestShare and <= LargestWeight)) is { } wrong
            ? $"teachers: the weight of '{wrong.Name}' is {Plain(wrong.Weight)}; expected a number from {Plain(SmallestShare)} to "
            + $"{Plain(LargestWeight)}." : null;

    public static IReadOnlyList<TeacherSource>? ReadTeachers(JsonNode? node, string source) =>
        node is JsonArray list ? [.. list.Select((t, i) => ReadTeacher(t, $"{source}: teachers[{i}]"))] : null;

    public static JsonObject? Schema(Type type)
    {
        if (type == typeof(RewardWeights))
        {
            JsonObject weight = new() { ["type"] = "number", ["minimum"] = 0, ["maximum"] = LargestWeight };
            return new JsonObject
            {
                ["anyOf"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "object", ["additionalProperties"] = false,
                        ["properties"] = new JsonObject { ["similarity"] = weight, ["answer"] = weight.DeepClone() },
                    },
                    new JsonObject { ["type"] = "array", ["items"] = weight.DeepClone(), ["minItems"] = 2, ["maxItems"] = 2 }),
            };
        }
        if (type != typeof(IReadOnlyList<TeacherSource>)) return null;
        return new JsonObject
        {
            ["type"] = "array",
            ["items"] = new JsonObject
            {
                ["type"] = "object", ["additionalProperties"] = false, ["required"] = new JsonArray("name", "answers"),
                ["properties"] = new JsonObject
                {
                    ["name"] = new JsonObject { ["type"] = "string" },
                    ["answers"] = new JsonObject { ["type"] = "string" },
                    ["weight"] = new JsonObject { ["type"] = "number", ["minimum"] = SmallestShare,
                        ["maximum"] = LargestWeight },
                    ["checkpoint"] = new JsonObject { ["type"] = new JsonArray("string", "null") },
                },
            },
        };
    }

    private static TeacherSource ReadTeacher(JsonNode? node, string source)
    {
        if (node is not JsonObject map)
            throw new InputException($"{source} is {Said(node)}; expected {{name, answers, weight, checkpoint}}.");
        foreach (string key in map.Select(p => p.Key).Except(TeacherKeys, StringComparer.Ordinal))
            throw new InputException($"{source}: unknown key '{key}'; expected {string.Join(", ", TeacherKeys)}, and "
                + $"'{Nearest.To(key, TeacherKeys)}' is the nearest.");
        double weight = !map.ContainsKey("weight") ? 1 : Number(map["weight"]) is >= SmallestShare and <= LargestWeight and { } w ? w
            : throw new InputException($"{source}: weight is {Said(map["weight"])}; expected a number from {Plain(SmallestShare)} to "
                + $"{Plain(LargestWeight)}.");
        return new TeacherSource(Text("name", true)!, Text("answers", true)!, weight, Text("checkpoint", false));

        string? Text(string key, bool needed) => map[key] switch
        {
            JsonValue value when !Infinite(value) && ComposedValues.Text(JsonSerializer.SerializeToElement(value)) is { } text
                && text.Length <= Setting.LongestText && (text.Length > 0 || !needed) => text,
            null when !needed => null,
            { } other => throw new InputException($"{source}: {key} is {Said(other)}; expected a text."),
            null => throw new InputException($"{source}: {key} is missing; expected a text."),
        };
    }

    /// <summary>A text that can name a file or be compared: well-formed and without NUL; null for anything else.</summary>
    public static string? Text(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String) return null;
        try
        {
            return element.GetString()!.Contains('\0') ? null : element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair
        }
    }

    /// <summary>A value as a message shows it.</summary>
    public static string Said(JsonNode? node)
    {
        if (node is null) return "null";
        if (node is JsonValue value && Infinite(value)) return Plain(value.GetValue<double>());
        string text;
        try
        {
            text = node.ToJsonString();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return "not JSON: it holds a number or a text that is none";
        }
        return text.Length <= LongestNode ? text : text[..LongestNode] + "…";
    }

    private static string Plain(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool Infinite(JsonValue value) => value.TryGetValue(out double number) && !double.IsFinite(number);

    private static double? Number(JsonNode? node) =>
        node is JsonValue value && !Infinite(value) && value.GetValueKind() == JsonValueKind.Number
            && JsonSerializer.SerializeToElement(value).GetDouble() is var number && double.IsFinite(number) ? number : null;
}
