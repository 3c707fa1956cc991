using RIL.Training.Images;
using RIL.Training.Models;
using RIL.Training.Models.Qwen2_5_Vl;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Training.Quickstart;

/// <summary>
/// Makes checkpoints that fine-tuning starts from: a language model with random weights behind a vision tower that has learnt to see.
/// </summary>
internal static class QuickstartBase
{
    /// <summary>Steps after which a tower of these sizes names nine cells of ten.</summary>
    public const int VisionSteps = 400;

    /// <summary>Makes the checkpoint of a seed, if the folder is not there yet; a folder that is there is whole.</summary>
    public static void Make(QuickstartSize size, string folder, ulong seed, int visionSteps = VisionSteps,
        ScalarType dtype = ScalarType.Float32, Action<int, double, double>? report = null)
    {
        if (Directory.Exists(folder)) return;
        string beside = $"{folder}.writing-{Environment.ProcessId}";
        QuickstartModels.WriteFolder(size, beside);
        using (var model = (Qwen2_5_VlModel)ModelCatalog.Create(Path.Combine(beside, "config.json"), seed, CPU))
        {
            using (var warmStart = new VisionWarmStart(model, ImageProcessorSettings.Read(beside), seed, ComputePlan.OnCpu))
                warmStart.Train(visionSteps, report);
            ModelCatalog.Save(model, beside, dtype);
        }
        try
        {
            Directory.Move(beside, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(beside, recursive: true); // another process has made the same meanwhile
        }
    }
}
