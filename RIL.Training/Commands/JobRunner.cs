using System.CommandLine;
using RIL.Training.Configuration;
using RIL.Training.Preflight;
using RIL.Training.Runs;

namespace RIL.Training.Commands;

/// <summary>
/// What verbs have in common that are jobs as runs are: a folder with events, requests that end them within a batch of answers, an exit
/// status that says how they ended.
/// </summary>
internal sealed class JobRunner
{
    private readonly Option<string?> _folder = new("--job")
    {
        Description = "Folder for the job's events, control file and lease, as those of a run (default: none is left).", HelpName = "DIR",
    };

    private readonly Option<bool> _lines = new("--control-lines")
        { Description = "Read the words stop and pause from standard input, a line each." };

    public void AddTo(Command verb)
    {
        verb.Add(_folder);
        verb.Add(_lines);
    }

    /// <summary>Does the work in the job's folder and gives the exit status; what the work throws becomes an event, too.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="settings">Whose lease holds.</param>
    /// <param name="shown">Who else sees the events.</param>
    /// <param name="work">Gives what the job came to.</param>
    public int Run(ParseResult parsed, RunConfig settings, IReadOnlyList<IRunObserver> shown, Func<JobFolder, RunSummary> work)
    {
        if (parsed.GetValue(_folder) is { } folder) return Run(folder, parsed, settings, shown, work);
        string temporary = Directory.CreateTempSubdirectory("ril-job-").FullName;
        try
        {
            return Run(temporary, parsed, settings, shown, work);
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private int Run(string folder, ParseResult parsed, RunConfig settings, IReadOnlyList<IRunObserver> shown,
        Func<JobFolder, RunSummary> work)
    {
        if (File.Exists(new RunFolder(folder).Config))
            throw new InputException($"--job {folder}: it is the folder of a run; expected one of the job's own.");
        OutputPlaces.RequireRunFolder("--job", folder);
        var options = new JobOptions(Lines: parsed.GetValue(_lines) ? Console.In : null,
            Lease: settings.LeaseTimeout > 0 ? TimeSpan.FromSeconds(settings.LeaseTimeout) : null);
        string machine = settings.ComputePlan().MachineLine;
        using JobFolder job = JobFolder.Open(folder, options, shown);
        // Work that is kept lies in the job's own files; of its events everything happens again.
        if (job.Last > 0) job.Append(new ResumedEvent(0, 0, null, machine));
        else job.Log(machine);
        try
        {
            job.Finish("completed", work(job));
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (job.Control.Requested is not RunRequest.None)
        {
            job.FinishAsAsked();
            return ExitCodes.Stopped;
        }
        catch (Exception e)
        {
            job.Fail(JobFolder.Sentence(e));
            throw;
        }
    }
}
