using System.Runtime.InteropServices;

namespace RIL.Web.Runs.Checkpoints;

/// <summary>A second name for a file, where the file system has such a thing.</summary>
internal static class HardLink
{
    public static void CreateOrCopy(string existing, string link)
    {
        bool linked = OperatingSystem.IsWindows() ? CreateHardLink(link, existing, IntPtr.Zero) : Link(existing, link) == 0;
        if (!linked) File.Copy(existing, link);
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string link);

    [DllImport("kernel32", EntryPoint = "CreateHardLinkW", CharSet = CharSet.Unicode, SetLastError = true)]
    private static extern bool CreateHardLink(string link, string existing, IntPtr security);
}
