using System.ComponentModel.DataAnnotations;

namespace RIL.Web.Datasets;

/// <summary>Limits of what people upload: data sets and kept answers of teachers.</summary>
public sealed class DatasetOptions
{
    /// <summary>The section of <c>appsettings.json</c>.</summary>
    public const string Section = "Uploads";

    /// <summary>Largest upload, bytes.</summary>
    [Range(1, long.MaxValue)]
    public long LargestUpload { get; init; } = 4L << 30;

    /// <summary>Most bytes that the files of a zip may have once unpacked.</summary>
    [Range(1, long.MaxValue)]
    public long LargestUnpacked { get; init; } = 16L << 30;

    /// <summary>Largest single picture, bytes.</summary>
    [Range(1, int.MaxValue)]
    public long LargestPicture { get; init; } = 64L << 20;

    /// <summary>Longest row, bytes: by default a picture of the largest size written into it (Base64), and 10 MiB of text.</summary>
    [Range(1, int.MaxValue)]
    public int LongestRow { get; init; } = 96 << 20;

    /// <summary>Most files in a zip.</summary>
    [Range(1, 10_000_000)]
    public int MostFiles { get; init; } = 500_000;

    /// <summary>How often larger a file may be unpacked than packed, once it exceeds 1 MiB; rows compress well, bombs far better.</summary>
    [Range(2, 10_000)]
    public int LargestRatio { get; init; } = 200;

    /// <summary>Bytes that must stay free on the disk whatever is uploaded.</summary>
    [Range(0, long.MaxValue)]
    public long KeepFree { get; init; } = 256L << 20;
}
