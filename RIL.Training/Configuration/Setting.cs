using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RIL.Training.Configuration;

/// <summary>One key of the run configuration: reads, checks, writes and describes its values.</summary>
internal sealed class Setting
{
    /// <summary>Most characters of a text: more is a mistake, and no path is as long.</summary>
    public const int LongestText = 4096;

    private readonly PropertyInfo _property;
    private readonly SettingAttribute _about;
    private readonly Type _type;
    private readonly bool _nullable;

    private Setting(PropertyInfo property, SettingAttribute about)
    {
        (_property, _about) = (property, about);
        _type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        _nullable = _type != property.PropertyType || new NullabilityInfoContext()
            .Create(property).WriteState == NullabilityState.Nullable;
    }

    /// <summary>Every key, in the order in which the record declares them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [.. from property in typeof(RunConfig).GetProperties() let about = property.GetCustomAttribute<SettingAttribute>()
            where about is not null select new Setting(property, about)];

    public static IReadOnlyDictionary<string, Setting> ByKey { get; } = All.ToDictionary(s => s.Key, StringComparer.Ordinal);

    public string Key => _about.Key;

    public string Effect => _about.Effect;

    public bool MayChange => _about.MayChange;

    /// <summary>The value a configuration has where the key is not given.</summary>
    public JsonNode? Default => Write(new RunConfig());

    /// <summary>What is accepted, in words.</summary>
    public string Expected => Kind() + Range() + (_nullable ? " or null" : "");

    /// <summary>
    /// Puts a value of a document into the record; throws <see cref="InputException"/> when it is of another kind or out of range.
    /// </summary>
    public void Read(RunConfig config, JsonNode? node, string source)
    {
        if (node is null && _nullable)
        {
            _property.SetValue(config, null);
            return;
        }
        object value = Convert(node, source) ?? throw Refuse(node, source);
        if (!InRange(value)) throw Refuse(node, source);
        _property.SetValue(config, value);
    }

    /// <summary>What is wrong with the value that a record made in code has, in words; null where it is one that a document may give.
    /// </summary>
    public string? Problem(RunConfig config) => _property.GetValue(config) switch
    {
        double number when !double.IsFinite(number) => $"{Key} is {number.ToString(CultureInfo.InvariantCulture)}; expected {Expected}.",
        RewardWeights weights when !ComposedValues.IsUsable(weights) => $"{Key} is {weights}; expected {Expected}.",
        IReadOnlyList<TeacherSource> teachers => ComposedValues.Problem(teachers),
        IConvertible value when !InRange(value) => $"{Key} is {JsonSerializer.Serialize(Write(config))}; expected {Expected}.",
        _ => null,
    };

    public JsonNode? Write(RunConfig config) => _property.GetValue(config) switch
    {
        null => null,
        Enum choice => Name(choice),
        IReadOnlyList<TeacherSource> teachers => new JsonArray([.. teachers.Select(ComposedValues.Write)]),
        RewardWeights weights => ComposedValues.Write(weights),
        object plain => JsonSerializer.SerializeToNode(plain),
    };

    public JsonObject Schema()
    {
        JsonObject schema = ComposedValues.Schema(_type) ?? new JsonObject { ["type"] = JsonType() };
        if (_nullable && schema["type"] is JsonValue single) schema["type"] = new JsonArray(single.DeepClone(), "null");
        if (_type.IsEnum) schema["enum"] = new JsonArray([.. Names()]);
        if (double.IsFinite(_about.Min)) schema[_about.AboveMin ? "exclusiveMinimum" : "minimum"] = _about.Min;
        if (double.IsFinite(_about.Max)) schema["maximum"] = _about.Max;
        if (_type == typeof(string)) schema["maxLength"] = LongestText;
        schema["description"] = Effect;
        schema["default"] = Default;
        return schema;
    }

    private object? Convert(JsonNode? node, string source)
    {
        if (_type == typeof(RewardWeights)) return ComposedValues.ReadWeights(node);
        if (_type == typeof(IReadOnlyList<TeacherSource>)) return ComposedValues.ReadTeachers(node, source);
        if (node is not JsonValue value) return null;
        if (value.TryGetValue(out double given) && !double.IsFinite(given)) return null; // cannot be written as JSON
        JsonElement element = JsonSerializer.SerializeToElement(value);
        if (_type == typeof(bool)) return element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : null;
        if (_type == typeof(string)) return ComposedValues.Text(element);
        if (_type.IsEnum) return ComposedValues.Text(element) is { } name ? Choice(name) : null;
        if (element.ValueKind != JsonValueKind.Number) return null;
        double number = element.GetDouble();
        if (_type == typeof(double)) return double.IsFinite(number) ? number : null;
        if (number != Math.Floor(number) || Math.Abs(number) > (_type == typeof(int) ? int.MaxValue : 1L << 53)) return null;
        return _type == typeof(int) ? (object)(int)number : (long)number;
    }

    private bool InRange(object value) => value switch
    {
        string text => text.Length <= LongestText,
        bool or Enum => true,
        IConvertible number => InRange(number.ToDouble(CultureInfo.InvariantCulture)),
        _ => true,
    };

    private bool InRange(double value) => (_about.AboveMin ? value > _about.Min : value >= _about.Min) && value <= _about.Max;

    private object? Choice(string name) => Enum.GetValues(_type).Cast<Enum>().FirstOrDefault(e => Name(e) == name);

    private IEnumerable<JsonNode?> Names() => Enum.GetValues(_type).Cast<Enum>().Select(e => (JsonNode?)Name(e));

    private static string Name(Enum choice) => JsonNamingPolicy.SnakeCaseLower.ConvertName(choice.ToString());

    private string JsonType() => _type == typeof(bool) ? "boolean" : _type == typeof(int) || _type == typeof(long) ? "integer"
        : _type == typeof(double) ? "number" : "string";

    private string Kind() =>
        _type.IsEnum ? "one of " + string.Join(", ", Names())
        : _type == typeof(RewardWeights) ? $"{{similarity: number, answer: number}} with numbers from 0 to "
            + $"{ComposedValues.LargestWeight.ToString(CultureInfo.InvariantCulture)}"
        : _type == typeof(IReadOnlyList<TeacherSource>) ? "a list of {name, answers, weight, checkpoint}"
        : JsonType() switch { "boolean" => "true or false", "integer" => "a whole number", "number" => "a number",
            _ => $"a text of at most {LongestText} characters" };

    private string Range()
    {
        string low = double.IsFinite(_about.Min) ? (_about.AboveMin ? " above " : " from ")
            + _about.Min.ToString(CultureInfo.InvariantCulture) : "";
        return low + (double.IsFinite(_about.Max) ? " to " + _about.Max.ToString(CultureInfo.InvariantCulture) : "");
    }

    private InputException Refuse(JsonNode? node, string source) =>
        new($"{source}: {Key} is {ComposedValues.Said(node)}; expected {Expected}.");
}
