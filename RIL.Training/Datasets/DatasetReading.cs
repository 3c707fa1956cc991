namespace RIL.Training.Datasets;

/// <summary>A row that cannot be used: where it stands in the file (line or row, counted from 1) and why.</summary>
public sealed record DatasetProblem(int Row, string Reason)
{
    /// <summary>The row's identifier, where it could be read.</summary>
    public string? Id { get; init; }

    /// <summary>Row, identifier where it is not the row's number, and reason.</summary>
    public override string ToString() =>
        Id is null || Id == $"{Row}" ? $"row {Row}: {Reason}" : $"row {Row} ('{PictureFiles.Short(Id)}'): {Reason}";
}

/// <summary>What a data set's file holds: the rows that can be used, in their order, and what is wrong with the others.</summary>
public sealed record DatasetReading(string File, IReadOnlyList<Example> Examples, IReadOnlyList<DatasetProblem> Problems)
{
    private const int ProblemsNamed = 3;

    /// <summary>All rows of the file, bad ones too.</summary>
    public int Rows => Examples.Count + Problems.Count;

    /// <summary>Usable rows that have a picture.</summary>
    public int RowsWithPictures => Examples.Count(e => e.Images.Count > 0);

    /// <summary>Columns of the file that mean nothing here, by name.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];

    /// <summary>The reading without the rows that a later look found bad.</summary>
    public DatasetReading Without(IReadOnlyCollection<DatasetProblem> problems)
    {
        if (problems.Count == 0) return this;
        HashSet<int> bad = [.. problems.Select(p => p.Row)];
        return this with
        {
            Examples = [.. Examples.Where(e => !bad.Contains(e.Row))], Problems = [.. Problems.Concat(problems).OrderBy(p => p.Row)],
        };
    }

    /// <summary>How many rows are bad and the first of them, in a sentence; null where all are good.</summary>
    public string? Complaint()
    {
        if (Problems.Count == 0) return null;
        string more = Problems.Count > ProblemsNamed ? $"; and {Problems.Count - ProblemsNamed} more" : "";
        return $"{File}: {Problems.Count} of {Rows} rows cannot be used ({string.Join("; ", Problems.Take(ProblemsNamed))}{more}).";
    }

    /// <summary>
    /// The rows, without the bad ones where that is wanted; throws <see cref="InputException"/> where it is not or none are left.
    /// </summary>
    public IReadOnlyList<Example> Usable(bool skipBadRows)
    {
        if (Complaint() is { } complaint && (!skipBadRows || Examples.Count == 0))
            throw new InputException(complaint + " Correct or remove them"
                + (Examples.Count == 0 ? "." : ", or set skip_bad_rows to leave them out."));
        return Examples;
    }
}
