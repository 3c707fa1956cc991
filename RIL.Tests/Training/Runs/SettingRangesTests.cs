using System.Globalization;
using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Configuration;

namespace RIL.Tests.Training.Runs;

/// <summary>Every setting has a range, and nothing beyond one gets further than the document.</summary>
public class SettingRangesTests
{
    private static readonly JsonObject Properties = RunConfigSchema.Create()["properties"]!.AsObject();

    public static TheoryData<string> Numbers => new(Properties.Where(p => Types(p.Value!).Any(t => t is "integer" or "number"))
        .Select(p => p.Key));

    public static TheoryData<string> All => new(Properties.Select(p => p.Key));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void EveryNumber_HasBothEnds_AndRefusesWhatLiesBeyondThemByName(string key)
    {
        JsonNode schema = Properties[key]!;
        bool above = schema["exclusiveMinimum"] is not null;
        double low = (schema["exclusiveMinimum"] ?? schema["minimum"])!.GetValue<double>(), high = schema["maximum"]!.GetValue<double>();
        Assert.True(low < high);
        bool whole = Types(schema).Contains("integer");

        double[] refused = [Below(low, whole), Above(high, whole), low - 1e9, high * 1e3 + 1, double.MinValue, double.MaxValue,
            .. above ? [low] : Array.Empty<double>(), .. whole ? new[] { low + 0.5 } : []];
        double[] taken = [high, .. above ? Array.Empty<double>() : [low]];

        foreach (double value in refused)
        {
            string message = Assert.Throws<InputException>(() => Bind(key, JsonValue.Create(value))).Message;
            Assert.StartsWith($"test: {key} is ", message, StringComparison.Ordinal);
            Assert.Contains("; expected ", message, StringComparison.Ordinal);
        }
        foreach (double value in taken) Assert.Equal(value, Number(RunConfigDocument.Write(Bind(key, JsonValue.Create(value)))[key]!));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void NumbersBeyondAllNumbers_AreRefusedByName_InYamlJsonAndOnTheCommandLine(string key)
    {
        foreach (string text in new[] { "1e999", "-1e999", ".inf", ".nan", "NaN", "99999999999999999999999",
            "0x7fffffffffffffff", "1e-400x" })
        {
            Refused(() => RunConfigDocument.ParseYaml($"{key}: {text}", "test"));
            Refused(() => RunConfigDocument.ParseOverride($"{key}={text}"));
            Refused(() => RunConfigDocument.ParseJson($"{{\"{key}\": \"{text}\"}}", "test"));
        }
        Refused(() => RunConfigDocument.ParseJson($"{{\"{key}\": 1e999}}", "test"));
        Refused(() => new SettingsLayer("test", new JsonObject { [key] = double.NaN }));
        Refused(() => new SettingsLayer("test", new JsonObject { [key] = double.PositiveInfinity }));

        void Refused(Func<SettingsLayer> layer) =>
            Assert.Contains($"{key} is ", Assert.Throws<InputException>(() => RunConfigDocument.Bind(layer())).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void AConfigurationMadeInCode_IsHeldToTheSameRanges()
    {
        RunConfig usable = new() { Student = "s", Dataset = "d", Teachers = [new("a", "a"), new("b", "b")] };
        Assert.Empty(RunConfigCheck.Problems(usable));
        foreach ((RunConfig config, string key) in new (RunConfig, string)[]
        {
            (usable with { LearningRate = double.NaN }, "learning_rate"), (usable with { AdamEpsilon = 0 }, "adam_epsilon"),
            (usable with { RepetitionPenalty = 1e-9 }, "repetition_penalty"), (usable with { Temperature = 0 }, "temperature"),
            (usable with { MaxCompletionLength = int.MaxValue }, "max_completion_length"), (usable with { Seed = -1 }, "seed"),
            (usable with { RewardWeights = new(double.PositiveInfinity) }, "reward_weights"),
            (usable with { Teachers = [new("a", "a", double.NaN), new("b", "b")] }, "teachers"),
        }) Assert.Contains(RunConfigCheck.Problems(config), p => p.StartsWith(key, StringComparison.Ordinal));
    }

    // Whatever a document says, it is either refused with a sentence or gives a record whose every derived number can be asked for.
    [Fact]
    public void AnyValueOfAnySetting_IsTakenOrRefused_AndNeverCrashes()
    {
        var random = new Random(11);
        string[] values =
        [
            "0", "-1", "1", "2", "3", "7", "0.5", "1e-300", "-0.0", "1e308", "2147483647", "2147483648",
            "9007199254740993", "true", "null",
            "\"\"", "\"a\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\uffff\"", "[]", "{}", "[1, 1]", "[[]]",
            "{\"answer\": 0}", "{\"answer\": -1}",
            "[{\"name\": \"x\", \"answers\": \"y\"}]", "[{\"name\": \"\\ud800\", \"answers\": \"y\", \"weight\": 1e-300}]", "[null]",
            "{\"\\ud800\": 1}", "{\"similarity\": 1e999}", "\"" + new string('x', 5000) + "\"",
        ];
        string[] keys = [.. Properties.Select(p => p.Key)];
        int taken = 0, refused = 0;
        foreach (string key in keys)
            foreach (string value in values) Try($"{{\"{key}\": {value}}}");
        for (int i = 0; i < 3000; i++)
            Try("{" + string.Join(", ", keys.OrderBy(_ => random.Next()).Take(random.Next(1, 12))
                .Select(k => $"\"{k}\": {values[random.Next(values.Length)]}")) + "}");
        Assert.True(taken > 100 && refused > 1000);

        void Try(string document)
        {
            try
            {
                RunConfig config = RunConfigDocument.Bind(RunConfigDocument.ParseJson(document, "fuzz"));
                string[] problems = [.. RunConfigCheck.Problems(config), .. RunConfigCheck.Warnings(config)];
                Assert.All(problems, p => Assert.False(string.IsNullOrWhiteSpace(p)));
                Assert.True(config.CompletionsPerStep > 0);
                _ = (config.PromptsPerStep, config.TeacherDraws.Count, config.PolicyRate.At(0), config.Ril,
                    config.AdamW, config.PolicyLoss);
                _ = config.SftUpdates(1_000_000);
                RunConfigDocument.Bind(RunConfigDocument.ParseYaml(RunConfigDocument.WriteYaml(config), "again"));
                taken++;
            }
            catch (InputException e)
            {
                Assert.True(e.Message.Length is > 10 and < 3000, e.Message);
                refused++;
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void TextsThatNameNothing_AreRefusedByName(string key)
    {
        foreach (JsonNode text in new JsonNode[] { JsonValue.Create("a\0b"), JsonValue.Create(new string('x', 5000)) })
            Assert.Contains(key, Assert.Throws<InputException>(() => Bind(key, text)).Message, StringComparison.Ordinal);
    }

    private static RunConfig Bind(string key, JsonNode? value) => RunConfigDocument.Bind(new SettingsLayer("test", new JsonObject
        { [key] = value }));

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static double Below(double low, bool whole) => whole ? low - 1 : Math.BitDecrement(low);

    private static double Above(double high, bool whole) => whole ? high + 1 : Math.BitIncrement(high);

    private static IEnumerable<string> Types(JsonNode schema) => schema["type"] switch
    {
        JsonArray list => list.Select(t => t!.GetValue<string>()),
        JsonValue one => [one.GetValue<string>()],
        _ => [],
    };
}
