using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RIL.Web.Operations;

/// <summary>Tells whether two names are one file (hard links), so that its bytes are counted once.</summary>
internal static partial class FileIdentity
{
    private const int CurrentFolder = -100, NoFollow = 0x100;
    private const uint LinksAndInode = 0x4 | 0x100;
    private const int StatxSize = 256, LinksAt = 16, InodeAt = 32, MajorAt = 136, MinorAt = 140;

    /// <summary>Something that is equal for all names of a file with several; null for a file with one name, and where the system does not say.</summary>
    public static (ulong Volume, ulong File)? OfShared(string path) =>
        OperatingSystem.IsLinux() ? Linux(path) : OperatingSystem.IsWindows() ? Windows(path) : null;

    // statx has one layout on every processor, unlike stat.
    private static (ulong, ulong)? Linux(string path)
    {
        Span<byte> answer = stackalloc byte[StatxSize];
        if (Statx(CurrentFolder, path, NoFollow, LinksAndInode, ref MemoryMarshal.GetReference(answer)) != 0) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(answer[LinksAt..]) < 2) return null;
        ulong volume = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(answer[MajorAt..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(answer[MinorAt..]);
        return (volume, BinaryPrimitives.ReadUInt64LittleEndian(answer[InodeAt..]));
    }

    private static (ulong, ulong)? Windows(string path)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return GetFileInformationByHandle(handle, out ByHandle information) && information.Links > 1
                ? (information.Volume, ((ulong)information.IndexHigh << 32) | information.IndexLow) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // locked by the trainer: counted as a file of its own
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte answer);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetFileInformationByHandle(SafeFileHandle file, out ByHandle information);

    [StructLayout(LayoutKind.Sequential)]
    private struct ByHandle
    {
        public uint Attributes, CreatedLow, CreatedHigh, AccessedLow, AccessedHigh, WrittenLow, WrittenHigh, Volume, SizeHigh, SizeLow, Links, IndexHigh, IndexLow;
    }
}
