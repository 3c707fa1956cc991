using System.Text.Json.Nodes;
using RIL.Training.Configuration;
using RIL.Training.Preflight;

namespace RIL.Training.Runs;

/// <summary>
/// A run in progress: its job folder and what a run adds to one, configuration, checkpoints, metrics, completions and TensorBoard files.
/// </summary>
public sealed class RunSession : IDisposable
{
    private const string StageKey = "stage";
    private readonly CheckpointStore _checkpoints;
    private readonly MetricLog _metrics = new();
    private readonly TensorBoardWriter _tensorBoard;

    private RunSession(RunConfig config, RunFolder folder, Checkpoint? resumed, JobFolder job, CheckpointStore checkpoints,
        TensorBoardWriter tensorBoard)
    {
        (Config, Folder, Resumed, Job, _checkpoints, _tensorBoard) = (config, folder, resumed, job, checkpoints, tensorBoard);
        if (resumed is not null) job.CurrentStage = resumed.State[StageKey]!.GetValue<string>();
    }

    /// <summary>The configuration, as written into the folder.</summary>
    public RunConfig Config { get; }

    /// <summary>The run folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>The checkpoint that the run goes on from; null = from the start.</summary>
    public Checkpoint? Resumed { get; }

    /// <summary>The folder as that of a job: stages, progress, requests, ending.</summary>
    public JobFolder Job { get; }

    /// <summary>Starts a run in a new folder, or goes on with one where <c>resume_from_checkpoint</c> says so.</summary>
    /// <param name="config">A configuration that passed its checks, with an output_dir.</param>
    /// <param name="observers">Who else sees the events.</param>
    /// <param name="signals">Whether SIGTERM and Ctrl-C stop the run.</param>
    /// <param name="control">Where lines saying stop or pause come from, if anywhere.</param>
    public static RunSession Open(RunConfig config, IReadOnlyList<IRunObserver>? observers = null, bool signals = true,
        TextReader? control = null)
    {
        var folder = new RunFolder(Path.GetFullPath(config.OutputDir
            ?? throw new ArgumentException("The configuration has no output_dir.", nameof(config))));
        bool resumes = config.ResumeFromCheckpoint is not null;
        OutputPlaces.RequireApart("output_dir", folder.Root, OutputPlaces.Inputs(config));
        if (!resumes && HoldsWork(folder))
            throw new InputException($"{folder.Root}: it holds a run already; go on with it by --resume, or choose another output_dir.");
        if (!resumes) OutputPlaces.RequireRunFolder("output_dir", folder.Root);
        if (resumes) CheckSameRun(config, folder);
        Directory.CreateDirectory(folder.Root);
        if (!resumes) Clear(folder);
        var shown = new LateObservers(observers ?? []);
        TimeSpan? lease = config.LeaseTimeout > 0 ? TimeSpan.FromSeconds(config.LeaseTimeout) : null;
        JobFolder job = JobFolder.Open(folder.Root, new JobOptions(signals, control, lease), shown);
        try
        {
            var checkpoints = new CheckpointStore(folder.Root, config.SaveTotalLimit);
            checkpoints.CleanUp();
            IReadOnlyList<string> damaged = [];
            Checkpoint? checkpoint = config.ResumeFromCheckpoint switch
            {
                null => null,
                "latest" => checkpoints.LoadLatest(out damaged),
                var path => checkpoints.Load(Path.GetFullPath(path)),
            };
            Durable.WriteText(folder.Config, RunConfigDocument.WriteJson(config));
            if (resumes && checkpoint is null && Directory.Exists(folder.TensorBoard))
                Directory.Delete(folder.TensorBoard, recursive: true);
            var tensorBoard = new TensorBoardWriter(folder.TensorBoard, checkpoint is null ? 0 : checkpoint.Step + 1);
            shown.Add(tensorBoard);
            var session = new RunSession(config, folder, checkpoint, job, checkpoints, tensorBoard);
            session.Begin(resumes, damaged);
            return session;
        }
        catch
        {
            job.Dispose();
            throw;
        }
    }

    /// <summary>Numbers of a step by their names in the metrics table; those that are not finite are left out.</summary>
    public void Metrics(long step, IEnumerable<KeyValuePair<string, double>> values) =>
        Job.Append(_metrics.Event(Job.CurrentStage, step, values));

    /// <summary>How often numbers of each size occur.</summary>
    public void Histogram(long step, string name, IReadOnlyList<double> edges, IReadOnlyList<long> counts, long zeros) =>
        Job.Append(new HistogramEvent(Job.CurrentStage, step, name, edges, counts, zeros));

    /// <summary>Keeps completions for people to read.</summary>
    public void Completions(long step, IReadOnlyList<CompletionRow> rows)
    {
        string name = RunFolder.Completions(step);
        CompletionsParquet.Write(Path.Combine(Folder.Root, name), step, rows);
        Job.Append(new CompletionsEvent(step, name, rows.Count));
    }

    /// <summary>A sentence for people; it must not depend on the clock.</summary>
    public void Log(string text, bool warning = false) => Job.Log(text, warning);

    /// <summary>Saves a checkpoint.</summary>
    public void Save(long step, CheckpointContent content)
    {
        Job.Sync();
        var state = (JsonObject)content.State.DeepClone();
        state[StageKey] = Job.CurrentStage;
        string folder = _checkpoints.Save(step, Job.Last + 1, content with { State = state }); // the event about it belongs to it
        Job.Append(new CheckpointEvent(step, Path.GetFileName(folder)));
    }

    /// <summary>The run cannot go on.</summary>
    public void Fail(string message) => Job.Fail(message, _checkpoints.LastComplete() is { } good ? Path.GetFileName(good) : null);

    /// <summary>A clause that tells where the run can go on: for messages.</summary>
    public string LastGoodSentence() => _checkpoints.LastGoodSentence();

    /// <inheritdoc/>
    public void Dispose()
    {
        Job.Dispose();
        _tensorBoard.Dispose();
    }

    private void Begin(bool resumes, IReadOnlyList<string> damaged)
    {
        if (!resumes)
        {
            Job.Append(new LogEvent("info", Config.ComputePlan().MachineLine));
            foreach (string warning in RunConfigCheck.Warnings(Config)) Log(warning, warning: true);
            return;
        }
        // The process may have died between the checkpoint's rename and the event about it.
        if (Resumed is not null && Job.Last == Resumed.Events - 1)
            Job.Append(new CheckpointEvent(Resumed.Step, Path.GetFileName(Resumed.Folder)));
        Job.Append(new ResumedEvent(Resumed?.Events ?? 0, Resumed?.Step ?? 0, Resumed is null ? null
            : Path.GetFileName(Resumed.Folder), Config.ComputePlan().MachineLine));
        if (Resumed is null) Begin(resumes: false, damaged);
        foreach (string sentence in damaged) Log($"{sentence}; it is passed over.", warning: true);
    }

    // A run that ended before its first stage, for instance because an input was missing, left nothing worth keeping.
    private static bool HoldsWork(RunFolder folder) =>
        File.Exists(folder.Events) && (RunEvents.IsHeld(folder.Events) || RunEvents.Read(folder.Events).Any(e => e is StageEvent)
            || new CheckpointStore(folder.Root, null).LastGood() is not null);

    private static void Clear(RunFolder folder)
    {
        File.Delete(folder.Events);
        if (Directory.Exists(folder.TensorBoard)) Directory.Delete(folder.TensorBoard, recursive: true);
    }

    private static void CheckSameRun(RunConfig config, RunFolder folder)
    {
        if (!File.Exists(folder.Config) || !File.Exists(folder.Events))
            throw new InputException($"{folder.Root}: there is no run to resume; expected config.json and events.jsonl.");
        if (RunEvents.Read(folder.Events).LastOrDefault() is FinishedEvent { State: "completed" })
            throw new InputException($"{folder.Root}: the run is complete; there is nothing to resume.");
        if (config.ResumeFromCheckpoint is { } path and not "latest"
            && Path.GetDirectoryName(Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar)) != folder.Root.TrimEnd(
            Path.DirectorySeparatorChar))
            throw new InputException($"resume_from_checkpoint is {path}, which does not lie in output_dir, {folder.Root}; to train on "
                + $"from another run's weights, give its checkpoint as student.");
        RunConfig before = RunConfigDocument.Bind(RunConfigDocument.ReadFile(folder.Config));
        foreach (Setting setting in Setting.All.Where(s => !s.MayChange))
        {
            JsonNode? was = setting.Write(before), now = setting.Write(config);
            if (!JsonNode.DeepEquals(was, now))
                throw new InputException($"{folder.Root}: {setting.Key} is {now?.ToJsonString() ?? "null"} and the run was started with "
                    + $"{was?.ToJsonString() ?? "null"}; resume without changing it, or start a new run.");
        }
    }

    // TensorBoard's writer can only be made after the events are open, and must see them.
    private sealed class LateObservers(IReadOnlyList<IRunObserver> first) : IRunObserver
    {
        private readonly List<IRunObserver> _all = [.. first];

        public void Add(IRunObserver observer) => _all.Add(observer);

        public void Observe(RunEvent happened) => _all.ForEach(o => o.Observe(happened));
    }
}
