namespace RIL.Training.Configuration;

/// <summary>A teacher of a run.</summary>
/// <param name="Name">Name in metrics and completions.</param>
/// <param name="Answers">File of kept answers.</param>
/// <param name="Weight">Share of the group's teacher outputs, relative to the other teachers'.</param>
/// <param name="Checkpoint">Folder of the teacher's own model where there is one: missing answers are collected from it, and it is
/// evaluated beside the student.</param>
public sealed record TeacherSource(string Name, string Answers, double Weight = 1, string? Checkpoint = null);
