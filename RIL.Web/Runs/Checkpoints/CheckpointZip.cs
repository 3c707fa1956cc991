using System.IO.Compression;

namespace RIL.Web.Runs.Checkpoints;

/// <summary>A checkpoint as a zip that is written while it is sent: no temporary file, no copy in memory.</summary>
internal static class CheckpointZip
{
    /// <summary>Writes the files of a folder below <paramref name="root"/>; weights do not compress, so nothing is.</summary>
    public static async Task Write(string folder, string root, Stream target, CancellationToken cancellation = default)
    {
        await using var held = new HeldWrites(target);
        await using (ZipArchive zip = await ZipArchive.CreateAsync(held, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation))
        {
            foreach ((string name, string path) in CheckpointFolders.Files(folder))
            {
                ZipArchiveEntry entry = zip.CreateEntry($"{root}/{name}", CompressionLevel.NoCompression);
                entry.LastWriteTime = File.GetLastWriteTimeUtc(path);
                await using Stream content = await entry.OpenAsync(cancellation);
                await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, useAsync: true);
                await file.CopyToAsync(content, 1 << 18, cancellation);
            }
        }
        await held.FlushAsync(cancellation);
    }
}
