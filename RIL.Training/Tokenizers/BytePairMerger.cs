using System.Collections.Concurrent;
using System.Text;

namespace RIL.Training.Tokenizers;

/// <summary>
/// Byte-pair encoding of one piece of text: the lowest-ranked pair is merged first, the leftmost of equals; frequent pieces are
/// remembered.
/// </summary>
internal sealed class BytePairMerger(int[] idOfByte, Dictionary<ulong, (int Rank, int Id)> merges, Dictionary<string, int>? wholeWords)
{
    private const int MostCached = 1 << 16, LongestCached = 48; // bounds the memory to a few megabytes whatever the text
    private const int LongestScanned = 48; // beyond it a queue is faster than scanning all pairs again

    private readonly ConcurrentDictionary<string, int[]> _cache = new();
    private int _cached;

    public static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.Length > LongestCached)
        {
            ids.AddRange(Merge(piece));
            return;
        }
        if (!_cache.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(piece, out int[]? found))
        {
            found = Merge(piece);
            if (Interlocked.Increment(ref _cached) > MostCached)
            {
                _cache.Clear();
                Interlocked.Exchange(ref _cached, 1);
            }
            _cache[piece.ToString()] = found;
        }
        ids.AddRange(found);
    }

    private int[] Merge(ReadOnlySpan<char> piece)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(piece)];
        Encoding.UTF8.GetBytes(piece, bytes);
        if (wholeWords is not null && wholeWords.TryGetValue(string.Create(bytes.Length, bytes, Spell), out int word)) return [word];
        var symbols = new int[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            symbols[i] = idOfByte[bytes[i]];
            if (symbols[i] < 0)
                throw new InputException($"The tokenizer has no token for byte 0x{bytes[i]:X2}, which '{piece}' needs; use a "
                    + $"tokenizer.json whose vocabulary holds all 256 bytes.");
        }
        return symbols.Length <= LongestScanned ? MergeByScanning(symbols) : MergeByQueue(symbols);
    }

    private static void Spell(Span<char> target, byte[] bytes)
    {
        for (int i = 0; i < bytes.Length; i++) target[i] = ByteAlphabet.Char(bytes[i]);
    }

    private int[] MergeByScanning(int[] symbols)
    {
        int count = symbols.Length;
        Span<int> ranks = stackalloc int[LongestScanned], merged = stackalloc int[LongestScanned];
        for (int i = 0; i + 1 < count; i++) Look(symbols[i], symbols[i + 1], out ranks[i], out merged[i]);
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++) if (ranks[i] < ranks[best]) best = i;
            if (ranks[best] == int.MaxValue) break;
            symbols[best] = merged[best];
            count--;
            Array.Copy(symbols, best + 2, symbols, best + 1, count - best - 1);
            if (best > 0) Look(symbols[best - 1], symbols[best], out ranks[best - 1], out merged[best - 1]);
            int right = count - best - 2; // pairs right of the merged one: they move one to the left
            if (right < 0) continue;
            ranks.Slice(best + 2, right).CopyTo(ranks[(best + 1)..]);
            merged.Slice(best + 2, right).CopyTo(merged[(best + 1)..]);
            Look(symbols[best], symbols[best + 1], out ranks[best], out merged[best]);
        }
        return symbols[..count];
    }

    private int[] MergeByQueue(int[] symbols)
    {
        int count = symbols.Length;
        int[] next = new int[count], previous = new int[count];
        var queue = new PriorityQueue<(int Left, int LeftId, int RightId, int Merged), (int Rank, int Position)>();
        for (int i = 0; i < count; i++) (previous[i], next[i]) = (i - 1, i + 1 < count ? i + 1 : -1);
        for (int i = 0; i + 1 < count; i++) Offer(i, i + 1);
        while (queue.TryDequeue(out var pair, out _))
        {
            int left = pair.Left, right = next[left];
            // An entry is out of date when one of its sides has been merged since.
            if (symbols[left] != pair.LeftId || right < 0 || symbols[right] != pair.RightId) continue;
            symbols[left] = pair.Merged;
            symbols[right] = -1;
            next[left] = next[right];
            if (next[left] >= 0) previous[next[left]] = left;
            if (previous[left] >= 0) Offer(previous[left], left);
            if (next[left] >= 0) Offer(left, next[left]);
        }
        return [.. symbols.Where(s => s >= 0)];

        void Offer(int left, int right)
        {
            Look(symbols[left], symbols[right], out int rank, out int merged);
            if (rank != int.MaxValue) queue.Enqueue((left, symbols[left], symbols[right], merged), (rank, left));
        }
    }

    private void Look(int left, int right, out int rank, out int merged) =>
        (rank, merged) = merges.TryGetValue(Pair(left, right), out (int Rank, int Id) found) ? found : (int.MaxValue, -1);
}
