using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace RIL.Tests.Training;

public sealed partial class RoomsTests
{
    // From the ground up; a room may use those before it.
    private static readonly string[] Staircase =
    [
        "Settings", "Randomness", "Torch", "Safetensors", "Images", "Tokenizers", "Datasets", "Layers", "Optimizers", "Models",
        "Generation", "Rewards", "Teachers",
        "Evaluation", "Sft", "Grpo", "Ril", "Quickstart", "Runs", "Studies", "Commands",
    ];

    [Fact]
    public void EveryRoom_UsesOnlyThoseBelowIt()
    {
        string project = Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "RIL.Training");
        var upward = new List<string>();
        int arrows = 0;
        foreach (string file in Staircase.Select(room => Path.Combine(project, room)).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.cs", SearchOption.AllDirectories)))
        {
            string room = Path.GetRelativePath(project, file).Split(Path.DirectorySeparatorChar)[0];
            foreach (Match use in Uses().Matches(File.ReadAllText(file)))
            {
                arrows++;
                if (Array.IndexOf(Staircase, use.Groups[1].Value) > Array.IndexOf(Staircase, room))
                    upward.Add($"{Path.GetRelativePath(project, file)} uses {use.Groups[1].Value}");
            }
        }
        Assert.True(arrows > 100);
        Assert.Empty(upward);
    }

    [Fact]
    public void EveryRoom_HasAStep()
    {
        string project = Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "RIL.Training");
        IEnumerable<string> rooms = Directory.EnumerateDirectories(project).Where(d => Directory.EnumerateFiles(d, "*.cs").Any())
            .Select(d => Path.GetFileName(d)!);
        Assert.Empty(rooms.Except(Staircase));
    }

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^using (?:static )?RIL\.Training\.([A-Za-z]+)", RegexOptions.Multiline)]
    private static partial Regex Uses();
}
