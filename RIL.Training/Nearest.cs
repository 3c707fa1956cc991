namespace RIL.Training;

/// <summary>The known word that a mistyped one most likely meant.</summary>
public static class Nearest
{
    /// <summary>The word among those known that takes the fewest changes of letters.</summary>
    public static string To(string word, IEnumerable<string> known) => known.MinBy(k => Distance(word.ToLowerInvariant(), k))!;

    /// <summary>Levenshtein's edit distance: letters inserted, left out or replaced.</summary>
    public static int Distance(string a, string b)
    {
        // One row of the table at a time.
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
