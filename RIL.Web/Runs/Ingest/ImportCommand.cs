using RIL.Training;
using RIL.Web.Controls;
using RIL.Web.Shell;

namespace RIL.Web.Runs.Ingest;

/// <summary><c>RIL.Web import RUNFOLDER… [--name N] [--tag T]…</c>: takes runs that were trained by hand into the site's storage.</summary>
internal static class ImportCommand
{
    public const string Verb = "import";

    private const string Usage = "RIL.Web import RUNFOLDER… [--name NAME] [--tag TAG]… [--Storage:Folder=FOLDER]";

    public static async Task<int> Run(string[] args)
    {
        try
        {
            (List<string> folders, string? name, List<string> tags, List<string> settings) = Parse(args);
            await using WebApplication app = await Site.Build([.. settings, "--Logging:LogLevel:Default=Warning"]);
            RunImport import = app.Services.GetRequiredService<RunImport>();
            foreach (string folder in folders)
            {
                Runs.Run run = await import.Import(folder, name, tags);
                Console.WriteLine($"{run.Id}  {run.Name}  {run.State.ToString().ToLowerInvariant()}, {Say.Count(run.LastEvent)} events");
            }
            return 0;
        }
        catch (Exception e) when (StartFault.Sentence(e) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 2;
        }
    }

    private static (List<string> Folders, string? Name, List<string> Tags, List<string> Settings) Parse(string[] args)
    {
        List<string> folders = [], tags = [], settings = [];
        string? name = null;
        for (int i = 0; i < args.Length; i++)
        {
            string arg = args[i];
            if (arg.StartsWith("--", StringComparison.Ordinal) && arg.Contains('=', StringComparison.Ordinal)) settings.Add(arg);
            else if (arg == "--name") name = Next(arg);
            else if (arg == "--tag") tags.Add(Next(arg));
            else if (arg.StartsWith('-')) throw new InputException($"'{arg}' is no option of import. {Usage}");
            else folders.Add(arg);

            string Next(string option) => ++i < args.Length && !args[i].StartsWith("--", StringComparison.Ordinal) ? args[i] : throw new InputException($"{option} needs a value. {Usage}");
        }
        if (folders.Count == 0) throw new InputException($"Which run folder? {Usage}");
        if (name is not null && folders.Count > 1) throw new InputException($"--name names one run, and there are {folders.Count} folders; leave it out, and each keeps its own.");
        return (folders, name, tags, settings);
    }
}
