using System.Text;

namespace RIL.Training.Tokenizers;

/// <summary>
/// Learns a byte-level BPE from pieces of text: the most frequent pair of neighbouring symbols is merged, over and over, until every piece
/// is one token (Sennrich et al. 2016). Encoding makes the same merges in the same order, so each of the pieces encodes to its one token.
/// </summary>
internal static class BytePairTrainer
{
    /// <summary>The 256 byte symbols and the merges, in the order of their ranks; equal frequencies are resolved by spelling.</summary>
    public static (IReadOnlyList<string> Vocabulary, IReadOnlyList<(string Left, string Right)> Merges) Train(IEnumerable<string> pieces)
    {
        List<List<string>> words = [.. pieces.Select(p => Encoding.UTF8.GetBytes(p)
            .Select(b => ByteAlphabet.Char(b).ToString()).ToList())];
        List<string> vocabulary = [.. Enumerable.Range(0, 256).Select(b => ByteAlphabet.Char((byte)b).ToString())
            .Order(StringComparer.Ordinal)];
        var known = new HashSet<string>(vocabulary);
        var merges = new List<(string, string)>();
        while (true)
        {
            var pairs = words.SelectMany(w => w.Zip(w.Skip(1))).CountBy(p => p).ToList();
            if (pairs.Count == 0) return (vocabulary, merges);
            (string left, string right) = pairs.OrderByDescending(p => p.Value).ThenBy(p => p.Key.First, StringComparer.Ordinal)
                .ThenBy(p => p.Key.Second, StringComparer.Ordinal).First().Key;
            merges.Add((left, right));
            if (known.Add(left + right)) vocabulary.Add(left + right);
            foreach (List<string> word in words) Merge(word, left, right);
        }
    }

    private static void Merge(List<string> word, string left, string right)
    {
        for (int i = 0; i + 1 < word.Count; i++)
        {
            if (word[i] != left || word[i + 1] != right) continue;
            word[i] = left + right;
            word.RemoveAt(i + 1);
        }
    }
}
