namespace RIL.Training.Runs;

/// <summary>Tells a disk that is full, over its quota or too small for a file from other failures of input and output.</summary>
internal static class DiskFull
{
    private const int NoSpace = 28, FileTooLarge = 27, LinuxQuota = 122, MacQuota = 69; // errno, which .NET hands on as the HResult

    public static bool Is(IOException e) => OperatingSystem.IsWindows()
        ? (e.HResult & 0xFFFF) is 0x70 or 0x27
        : e.HResult is NoSpace or FileTooLarge || e.HResult == (OperatingSystem.IsMacOS() ? MacQuota : LinuxQuota);
}
