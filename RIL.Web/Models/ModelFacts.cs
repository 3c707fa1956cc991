using RIL.Training.Models.Qwen2_5_Vl;

namespace RIL.Web.Models;

/// <summary>A file of a checkpoint.</summary>
public sealed record ModelFile(string Name, long Bytes);

/// <summary>What a checkpoint folder holds, read without loading any weight.</summary>
/// <param name="Problem">Why it cannot be a student, in a sentence; null where it can.</param>
/// <param name="Family">model_type of its configuration.</param>
/// <param name="Parameters">Weights.</param>
/// <param name="Types">Element types of the weights, e.g. F32.</param>
/// <param name="Text">Sizes of the language model.</param>
/// <param name="Vision">Sizes of the vision tower.</param>
/// <param name="Bytes">Bytes on disk.</param>
/// <param name="Files">Its files.</param>
public sealed record ModelFacts(
    string? Problem, string? Family, long Parameters, IReadOnlyList<string> Types, TextConfig? Text, VisionConfig? Vision, long Bytes, IReadOnlyList<ModelFile> Files);

/// <summary>A student as lists and REST show it.</summary>
/// <param name="Id">Identifier; <c>quickstart:Student</c> and <c>run:ID</c> for those that nobody registered.</param>
/// <param name="Reference">What run configurations say under student.</param>
/// <param name="Name">Name.</param>
/// <param name="Notes">What it is, in a sentence.</param>
/// <param name="Kind">registered, program or run.</param>
/// <param name="Owner">Who registered it.</param>
/// <param name="CreatedAt">When it was registered, or when its run ended.</param>
/// <param name="Folder">Folder below the models folder, of registered ones.</param>
/// <param name="Parameters">Weights.</param>
/// <param name="Bytes">Bytes on disk.</param>
/// <param name="Problem">Why it cannot be used now, in a sentence; null where it can.</param>
public sealed record ModelView(
    string Id, string Reference, string Name, string? Notes, string Kind, string? Owner, DateTimeOffset? CreatedAt, string? Folder, long Parameters, long Bytes, string? Problem);

/// <summary>A folder below the models folder that is not registered.</summary>
/// <param name="Folder">Its name.</param>
/// <param name="Facts">What it holds.</param>
public sealed record ModelCandidate(string Folder, ModelFacts Facts);
