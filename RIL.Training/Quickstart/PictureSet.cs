using System.Buffers.Binary;
using System.IO.Compression;

namespace RIL.Training.Quickstart;

/// <summary>The parts into which the quickstart's pictures are divided; no picture is in two of them.</summary>
public enum PicturePart
{
    /// <summary>Pictures that models are trained on.</summary>
    Training,

    /// <summary>Held-out pictures for choosing settings.</summary>
    Validation,

    /// <summary>Held-out pictures for the numbers that are reported.</summary>
    Test,
}

/// <summary>Pictures of ten classes, 28 × 28 grey, by class; read once from the idx files beside the program.</summary>
internal sealed class PictureSet
{
    public const int Side = 28, Pixels = Side * Side, Classes = 10;

    private const int ImagesMagic = 0x803, LabelsMagic = 0x801;

    // One of so many held-out pictures of a class serves validation.
    private const int ValidationShare = 4;

    private static readonly Dictionary<(bool Shop, PicturePart Part), PictureSet> Read = [];
    private static readonly Lock Reading = new();

    private readonly byte[][][] _byClass;

    private PictureSet(byte[][][] byClass) => _byClass = byClass;

    /// <summary>Pictures of a class, each of 784 bytes, row by row; 255 is white on black.</summary>
    public IReadOnlyList<byte[]> Of(int label) => _byClass[label];

    public static PictureSet Get(bool shop, PicturePart part)
    {
        lock (Reading)
        {
            if (!Read.TryGetValue((shop, part), out PictureSet? set)) Read[(shop, part)] = set = Load(shop ? "fashion" : "digits", part);
            return set;
        }
    }

    private static PictureSet Load(string name, PicturePart part)
    {
        string folder = QuickstartFiles.Data, stem = $"{name}-{(part == PicturePart.Training ? "train" : "test")}";
        byte[] images = Unpack(Path.Combine(folder, stem + "-images-idx3-ubyte.gz"), ImagesMagic, 16),
            labels = Unpack(Path.Combine(folder, stem + "-labels-idx1-ubyte.gz"), LabelsMagic, 8);
        if (images.Length != labels.Length * Pixels)
            throw new InputException($"{folder}: {stem} has {labels.Length} labels for {images.Length / Pixels} pictures; restore the "
            + $"files of the program.");
        var byClass = new List<byte[]>[Classes];
        for (int c = 0; c < Classes; c++) byClass[c] = [];
        for (int i = 0; i < labels.Length; i++) byClass[labels[i]].Add(images[(i * Pixels)..((i + 1) * Pixels)]);
        return new PictureSet([.. byClass.Select(all =>
            all.Where((_, i) => part == PicturePart.Training || (i % ValidationShare == 0) == (part == PicturePart.Validation))
            .ToArray())]);
    }

    private static byte[] Unpack(string path, int magic, int header)
    {
        if (!File.Exists(path)) throw new InputException(
            $"{path}: the quickstart's pictures are missing; restore the program's folder Quickstart.");
        using var plain = new MemoryStream();
        try
        {
            using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            packed.CopyTo(plain);
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"{path}: the file is damaged ({e.Message}); restore the program's folder Quickstart.", e);
        }
        byte[] bytes = plain.ToArray();
        if (bytes.Length < header || BinaryPrimitives.ReadInt32BigEndian(bytes) != magic)
            throw new InputException($"{path}: it is not the expected idx file; restore the program's folder Quickstart.");
        return bytes[header..];
    }
}
