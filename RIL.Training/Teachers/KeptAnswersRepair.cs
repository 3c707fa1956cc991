using System.Text;

namespace RIL.Training.Teachers;

/// <summary>Makes a file of kept answers, left by a process that ended at any moment, one that can be gone on with.</summary>
internal static class KeptAnswersRepair
{
    /// <summary>
    /// Cuts off what is unfinished at the file's end, after the last whole line. What a reader of the file reads before is what it reads
    /// afterwards. Throws <see cref="InputException"/> where a packed file is damaged before its end.
    /// </summary>
    public static void CutUnfinished(string path, bool packed)
    {
        if (!File.Exists(path)) return;
        if (packed) RepackEnd(path);
        else CutLine(path);
    }

    private static void CutLine(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1);
        long start = LastLine(file);
        byte[] last = new byte[file.Length - start];
        file.Position = start;
        file.ReadExactly(last);
        if (last.Length == 0) return;
        if (AnswerLines.IsHalf(Encoding.UTF8.GetString(last))) file.SetLength(start);
        else file.WriteByte((byte)'\n'); // only the line's end was missing
    }

    // Position after the last line end.
    private static long LastLine(FileStream file)
    {
        byte[] block = new byte[1 << 14];
        for (long end = file.Length; end > 0;)
        {
            long start = Math.Max(0, end - block.Length);
            file.Position = start;
            Span<byte> read = block.AsSpan(0, (int)(end - start));
            file.ReadExactly(read);
            int at = read.LastIndexOf((byte)'\n');
            if (at >= 0) return start + at + 1;
            end = start;
        }
        return 0;
    }

    // The whole members stay as they are; the lines that can be read after them are packed anew. The old file is there until the new one
    // is.
    private static void RepackEnd(string path)
    {
        string beside = path + ".tmp";
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            long whole = GzipMembers.WholeLength(file);
            if (whole == file.Length) return;
            bool ours = GzipMembers.IsUnfinishedMember(file, whole) || IsZero(file, whole);
            using var repaired = new FileStream(beside, FileMode.Create, FileAccess.Write);
            file.Position = 0;
            Copy(file, repaired, whole);
            var lines = new MemoryStream();
            foreach (string line in Readable(path, whole, ours))
            {
                lines.Write(Encoding.UTF8.GetBytes(line + "\n"));
                if (lines.Length >= 1 << 20) Pack();
            }
            Pack();
            repaired.Flush(flushToDisk: true);

            void Pack()
            {
                if (lines.Length > 0) repaired.Write(GzipMembers.Pack(lines.ToArray()));
                lines.SetLength(0);
            }
        }
        File.Move(beside, path, overwrite: true);
    }

    // What a machine that went down may leave of data that never reached the disk.
    private static bool IsZero(FileStream file, long start)
    {
        byte[] block = new byte[1 << 16];
        file.Position = start;
        for (int read; (read = file.Read(block)) > 0;)
            if (block.AsSpan(0, read).ContainsAnyExcept((byte)0)) return false;
        return true;
    }

    private static IEnumerable<string> Readable(string path, long start, bool lastMember)
    {
        using IEnumerator<string> lines = AnswerLines.Read(path, packed: true, start).GetEnumerator();
        for (int row = 1; Next(lines, path, row, lastMember); row++)
        {
            if (lastMember && AnswerLines.IsHalf(lines.Current)) yield break;
            yield return lines.Current;
        }
    }

    private static bool Next(IEnumerator<string> lines, string path, int row, bool lastMember)
    {
        try
        {
            return lines.MoveNext();
        }
        catch (InvalidDataException) when (lastMember)
        {
            return false; // what was being written when the machine went down
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"{path}: the answers are damaged after line {row - 1} and nothing can be added to them; restore the "
                + $"file, or collect into another one.", e);
        }
    }

    private static void Copy(FileStream from, FileStream to, long bytes)
    {
        byte[] block = new byte[1 << 16];
        for (int read; bytes > 0; bytes -= read)
        {
            read = from.Read(block, 0, (int)Math.Min(block.Length, bytes));
            to.Write(block, 0, read);
        }
    }
}
