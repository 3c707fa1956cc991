namespace RIL.Web.Operations;

/// <summary>Room on the disk of a folder.</summary>
internal static class DiskSpace
{
    /// <summary>Bytes free and in all; null where the system does not say, as for a Windows share.</summary>
    public static (long? Free, long? Total) Of(string folder)
    {
        // Linux takes any folder, Windows the letter alone.
        string name = OperatingSystem.IsWindows() ? Path.GetPathRoot(folder) ?? folder : folder;
        if (name.StartsWith(@"\\", StringComparison.Ordinal)) return (null, null);
        var disk = new DriveInfo(name);
        return disk.IsReady ? (disk.AvailableFreeSpace, disk.TotalSize) : (null, null);
    }
}
