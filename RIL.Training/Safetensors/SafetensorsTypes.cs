using static TorchSharp.torch;

namespace RIL.Training.Safetensors;

/// <summary>The format's names of element types.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] Known =
    [
        ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2), ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    public static string Names => string.Join(", ", Known.Select(k => k.Name));

    public static bool TryParse(string name, out ScalarType type)
    {
        int index = Array.FindIndex(Known, k => k.Name == name);
        type = index < 0 ? default : Known[index].Type;
        return index >= 0;
    }

    public static string Name(ScalarType type) => Known.First(k => k.Type == type).Name;

    public static int Size(ScalarType type) => Known.First(k => k.Type == type).Size;
}
