using System.Text.Json.Nodes;
using RIL.Training.Safetensors;

namespace RIL.Training.Runs;

/// <summary>A checkpoint whose files were found to be what was written.</summary>
/// <param name="Folder">Its folder; the student lies in it as a Hugging Face checkpoint.</param>
/// <param name="Step">The run's step.</param>
/// <param name="Events">Number of the last event that belongs to it.</param>
/// <param name="State">What the trainer put into trainer_state.json.</param>
public sealed record Checkpoint(string Folder, long Step, long Events, JsonObject State)
{
    /// <summary>Opens a file of tensors that was saved under this name.</summary>
    public SafetensorsFile Open(string file) => new(Path.Combine(Folder, file));
}

/// <summary>What a checkpoint consists of.</summary>
/// <param name="State">Positions, counters and schedules; becomes part of trainer_state.json.</param>
/// <param name="Tensors">Files of named tensors: optimizer states, discriminator, reference. File names end in .safetensors.</param>
/// <param name="WriteStudent">Writes the student as a Hugging Face checkpoint into the folder it is given.</param>
public sealed record CheckpointContent(
    JsonObject State, IReadOnlyList<(string File, IReadOnlyList<(string Name, TorchSharp.torch.Tensor Value)> Tensors)> Tensors,
        Action<string> WriteStudent);
