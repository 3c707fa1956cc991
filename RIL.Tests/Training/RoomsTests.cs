using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace RIL.Tests.Training;

public sealed partial class RoomsTests
{
    // From the ground up; a room may use those before it.
    private static readonly string[] Staircase =
    [
        "Randomness", "Torch", "Safetensors", "Images", "Tokenizers", "Datasets", "Layers", "Optimizers", "Models", "Training",
        "Generation", "Rewards", "Teachers", "Evaluation", "Sft", "Grpo", "Ril", "Quickstart", "Configuration", "Preflight", "Runs",
        "Stages", "Studies", "Commands",
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

    [Fact]
    public void EveryLine_EndsBeforeColumn140()
    {
        string root = Path.Combine(Path.GetDirectoryName(Here())!, "..", "..");
        IEnumerable<string> files = new[] { "RIL.Training", Path.Combine("RIL.Tests", "Training") }
            .SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));
        Assert.Empty(
            from file in files
            from line in File.ReadLines(file).Index()
            where line.Item.Length >= 140
            select $"{Path.GetRelativePath(root, file)}:{line.Index + 1}");
    }

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^using (?:static )?RIL\.Training\.([A-Za-z]+)", RegexOptions.Multiline)]
    private static partial Regex Uses();
}
