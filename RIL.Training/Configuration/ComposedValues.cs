using System.Text.Json;
using System.Text.Json.Nodes;

namespace RIL.Training.Configuration;

/// <summary>The two settings that are more than one value: teachers and reward weights.</summary>
internal static class ComposedValues
{
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
        return Number(similarity) is >= 0 and { } s && Number(answer) is >= 0 and { } a ? new RewardWeights(s, a) : null;
    }

    public static IReadOnlyList<TeacherSource>? ReadTeachers(JsonNode? node, string source) =>
        node is JsonArray list ? [.. list.Select((t, i) => ReadTeacher(t, $"{source}: teachers[{i}]"))] : null;

    public static JsonObject? Schema(Type type)
    {
        if (type == typeof(RewardWeights))
        {
            JsonObject weight = new() { ["type"] = "number", ["minimum"] = 0 };
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
                    ["weight"] = new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0 },
                    ["checkpoint"] = new JsonObject { ["type"] = new JsonArray("string", "null") },
                },
            },
        };
    }

    private static TeacherSource ReadTeacher(JsonNode? node, string source)
    {
        if (node is not JsonObject map)
            throw new InputException($"{source} is {node?.ToJsonString() ?? "null"}; expected {{name, answers, weight, checkpoint}}.");
        foreach (string key in map.Select(p => p.Key).Except(TeacherKeys, StringComparer.Ordinal))
            throw new InputException($"{source}: unknown key '{key}'; expected {string.Join(", ", TeacherKeys)}, and "
                + $"'{Nearest.To(key, TeacherKeys)}' is the nearest.");
        double weight = !map.ContainsKey("weight") ? 1 : Number(map["weight"]) is > 0 and { } w ? w
            : throw new InputException($"{source}: weight is {map["weight"]?.ToJsonString() ?? "null"}; expected a number above 0.");
        return new TeacherSource(Text("name", true)!, Text("answers", true)!, weight, Text("checkpoint", false));

        string? Text(string key, bool needed) => map[key] switch
        {
            JsonValue value when value.GetValueKind() == JsonValueKind.String && (value.GetValue<string>().Length > 0 || !needed) =>
                value.GetValue<string>(),
            null when !needed => null,
            { } other => throw new InputException($"{source}: {key} is {other.ToJsonString()}; expected a text."),
            null => throw new InputException($"{source}: {key} is missing; expected a text."),
        };
    }

    private static double? Number(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && JsonSerializer.SerializeToElement(value)
            .GetDouble() is var number && double.IsFinite(number) ? number : null;
}
