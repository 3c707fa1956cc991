namespace RIL.Training.Safetensors;

/// <summary>Files that a clone without Git LFS leaves in the place of large ones: a few lines that name what belongs there.</summary>
internal static class LfsPointer
{
    private const int Longest = 1024; // by the specification of Git LFS

    /// <summary>Whether the file is such a pointer.</summary>
    public static bool Is(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length is 0 or > Longest) return false;
        try
        {
            return File.ReadAllText(path).StartsWith("version https://git-lfs", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // whoever opens it next says why
        }
    }

    /// <summary>What to do about it.</summary>
    public static string Sentence(string path) =>
        $"{path}: it is a Git LFS pointer and not the file itself; fetch it with 'git lfs pull', or download the checkpoint again.";
}
