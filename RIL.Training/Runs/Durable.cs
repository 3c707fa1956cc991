using System.Runtime.InteropServices;

namespace RIL.Training.Runs;

/// <summary>Makes files and renames survive a power cut.</summary>
internal static partial class Durable
{
    /// <summary>Waits until every file of a folder, and the folder's list of names, is on the disk.</summary>
    public static void Flush(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            file.Flush(flushToDisk: true);
        }
        FlushNames(folder);
    }

    /// <summary>Waits until a folder's list of names is on the disk; Windows does this with the rename.</summary>
    public static void FlushNames(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        int handle = OpenFolder(folder, 0);
        if (handle < 0) return; // a file system that does not let folders be opened orders renames itself
        _ = SynchronizeFolder(handle);
        _ = CloseFolder(handle);
    }

    /// <summary>Writes a text beside and renames it, so that a reader sees the old text or the new one.</summary>
    public static void WriteText(string path, string text)
    {
        string beside = path + ".tmp";
        using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int SynchronizeFolder(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFolder(int handle);
}
