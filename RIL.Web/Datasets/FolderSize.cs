namespace RIL.Web.Datasets;

/// <summary>What a folder takes.</summary>
public static class FolderSize
{
    /// <summary>Bytes of all files in it; links count nothing.</summary>
    public static long Of(string folder) =>
        !Directory.Exists(folder) ? 0
        : new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true }).Sum(f => f.Length);
}
