using System.Text.Json;
using Parquet.Data;
using Parquet.Schema;

namespace RIL.Training.Datasets;

/// <summary>
/// A column of one row group, given out row by row as JSON. Nested columns are put together from the repetition and definition levels of
/// their leaves (Melnik et al., Dremel, 2010): a list goes on while the next entry of its first leaf repeats at the list's level.
/// </summary>
internal sealed class ParquetColumn
{
    private readonly string _name;
    private readonly ParquetNode? _node;

    private ParquetColumn(string name, ParquetNode? node) => (_name, _node) = (name, node);

    /// <summary>The column with the values of its leaves.</summary>
    public static ParquetColumn Read(Field field, Func<DataField, RawColumnData> read) =>
        new(field.Name, ParquetNode.Make(field, above: 0, repeated: 0, read));

    /// <summary>A column of which only the name matters.</summary>
    public static ParquetColumn Unread(Field field) => new(field.Name, null);

    /// <summary>Writes the next row's property.</summary>
    public void WriteNext(Utf8JsonWriter json)
    {
        json.WritePropertyName(_name);
        if (_node is null) json.WriteNullValue();
        else _node.WriteNext(json);
    }
}

/// <summary>A leaf, structure or list of a column; <paramref name="level"/> is the definition level from which on it is there.</summary>
internal abstract class ParquetNode(int level)
{
    protected int Level { get; } = level;

    /// <summary>The leaf whose levels say what is there.</summary>
    public abstract ParquetLeaf First { get; }

    /// <summary>Writes the value at which the leaves stand and moves them on.</summary>
    public abstract void WriteNext(Utf8JsonWriter json);

    /// <summary>Moves all leaves over an entry that is nothing.</summary>
    public abstract void Skip();

    public static ParquetNode Make(Field field, int above, int repeated, Func<DataField, RawColumnData> read)
    {
        int level = above + (field.IsNullable ? 1 : 0);
        return field switch
        {
            DataField { IsArray: true } leaf => new ParquetList(above, repeated + 1, new ParquetLeaf(leaf, above + 1, read(leaf))),
            DataField leaf => new ParquetLeaf(leaf, level, read(leaf)),
            ListField list => new ParquetList(level, repeated + 1, Make(list.Item, level + 1, repeated + 1, read)),
            MapField map => new ParquetList(level, repeated + 1,
                new ParquetStructure(level + 1, [("key", Make(map.Key, level + 1, repeated + 1, read)),
                    ("value", Make(map.Value, level + 1, repeated + 1, read))])),
            StructField structure => new ParquetStructure(level,
                [.. structure.Fields.Select(f => (f.Name, Make(f, level, repeated, read)))]),
            _ => throw new NotSupportedException($"{field.Path}: {field.SchemaType}"),
        };
    }
}

/// <summary>Values that stand for themselves.</summary>
internal sealed class ParquetLeaf(DataField field, int level, RawColumnData data) : ParquetNode(level)
{
    private readonly ParquetValues _values = ParquetValues.Of(field, data);
    private readonly int[] _definitions = field.MaxDefinitionLevel > 0 ? data.DefinitionLevels.ToArray() : [];
    private readonly int[] _repetitions = field.MaxRepetitionLevel > 0 ? data.RepetitionLevels.ToArray() : [];
    private int _at, _value;

    public override ParquetLeaf First => this;

    /// <summary>Definition level of the entry that comes next.</summary>
    public int Definition => _definitions.Length == 0 ? Level : _definitions[_at];

    /// <summary>Whether the entry that comes next goes on with the list of this repetition level.</summary>
    public bool Repeats(int repeated) => _at < _repetitions.Length && _repetitions[_at] >= repeated;

    public override void WriteNext(Utf8JsonWriter json)
    {
        if (Definition < Level) json.WriteNullValue();
        else _values.Write(json, _value++);
        _at++;
    }

    public override void Skip() => _at++;
}

/// <summary>Named values.</summary>
internal sealed class ParquetStructure(int level, (string Name, ParquetNode Node)[] fields) : ParquetNode(level)
{
    public override ParquetLeaf First => fields[0].Node.First;

    public override void WriteNext(Utf8JsonWriter json)
    {
        if (First.Definition < Level)
        {
            Skip();
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        foreach ((string name, ParquetNode node) in fields)
        {
            json.WritePropertyName(name);
            node.WriteNext(json);
        }
        json.WriteEndObject();
    }

    public override void Skip()
    {
        foreach ((_, ParquetNode node) in fields) node.Skip();
    }
}

/// <summary>A list: null below its level, empty at it, its items above.</summary>
internal sealed class ParquetList(int level, int repeated, ParquetNode item) : ParquetNode(level)
{
    public override ParquetLeaf First => item.First;

    public override void WriteNext(Utf8JsonWriter json)
    {
        int definition = First.Definition;
        if (definition < Level) json.WriteNullValue();
        else json.WriteStartArray();
        if (definition <= Level) item.Skip();
        else
            do item.WriteNext(json);
            while (First.Repeats(repeated));
        if (definition >= Level) json.WriteEndArray();
    }

    public override void Skip() => item.Skip();
}
