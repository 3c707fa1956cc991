using System.CommandLine;
using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Models;
using RIL.Training.Preflight;
using RIL.Training.Runs;
using RIL.Training.Teachers;
using RIL.Training.Training;

namespace RIL.Training.Commands;

/// <summary><c>collect</c>: a teacher's answers to the training questions, kept for every run.</summary>
internal static class CollectCommand
{
    public static Command Create()
    {
        var teacher = new Option<string>("--teacher") { Description = "Name of the teacher.", HelpName = "NAME", Required = true };
        var checkpoint = new Option<string>("--checkpoint")
            { Description = "Folder of the teacher's model (Hugging Face layout).", HelpName = "DIR", Required = true };
        var output = new Option<string>("--output")
            { Description = "File of kept answers (.jsonl, .jsonl.gz); what it holds already is not asked again.",
            HelpName = "FILE", Required = true };
        var dataset = new Option<string?>("--dataset") { Description = "Questions (default: dataset).", HelpName = "DATA" };
        var answers = new Option<int>("--answers")
            { Description = "Answers per question.", HelpName = "N", DefaultValueFactory = _ => 16 };
        var config = new ConfigOptions();
        var job = new JobRunner();
        var runtime = new RuntimeOptions();
        var verb = new VerbWithExamples(
            "collect", "Samples a teacher's answers to the training questions, with the configuration's sampling settings and seed; goes "
                + "on where it was interrupted.",
            "collect --teacher a --checkpoint models/teacher-a --dataset questions.jsonl --output answers-a.jsonl.gz --answers 16",
            "collect --teacher a --checkpoint models/teacher-a --config run.yaml --output a.jsonl --answers 8 --job jobs/a")
        { teacher, checkpoint, output, dataset, answers };
        config.AddTo(verb);
        job.AddTo(verb);
        runtime.AddTo(verb);
        verb.SetAction(parsed =>
        {
            RunConfig settings = config.Read(parsed);
            runtime.Start(parsed, settings.Torch);
            var terminal = new Terminal(parsed.InvocationConfiguration.Output);
            CollectedAnswers? collected = null;
            int code = job.Run(parsed, settings, [new ProgressLine(terminal.Output, terminal.IsTerminal, terminal.Width)], folder =>
            {
                string data = parsed.GetValue(dataset) ?? (settings.Dataset.Length > 0 ? settings.Dataset : throw new InputException(
                    "--dataset is missing and the configuration has no dataset; expected the training questions."));
                int perQuestion = parsed.GetRequiredValue(answers);
                if (perQuestion < 1) throw new InputException($"--answers is {perQuestion}; expected a whole number from 1.");
                OutputPlaces.RequireApart("--output", parsed.GetRequiredValue(output),
                    [new("--checkpoint", parsed.GetRequiredValue(checkpoint)), new("--dataset", data),
                        .. OutputPlaces.Inputs(settings with { Teachers = [] })]);
                collected = Collect(parsed.GetRequiredValue(teacher), InputReference.ResolvePath(parsed.GetRequiredValue(checkpoint)),
                    InputReference.ReadRows(data), parsed.GetRequiredValue(output), perQuestion, settings, folder);
                return new RunSummary([], Collected: collected);
            });
            terminal.Output.WriteLine(collected is null ? "The collection is stopped; the same command goes on with it."
                : $"{collected.File}: {collected.Answers} answers of teacher {collected.Teacher} to {collected.Questions} questions.");
            return code;
        });
        return verb;
    }

    private static CollectedAnswers Collect(string teacher, string checkpoint, IReadOnlyList<Example> questions, string file,
        int perQuestion, RunConfig settings, JobFolder job)
    {
        ComputePlan plan = settings.ComputePlan();
        using VisionLanguageModel model = plan.Load(checkpoint);
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(checkpoint, settings.MinPixels, settings.MaxPixels);
        using var writer = new KeptAnswersWriter(file, KeptAnswers.IsPacked(file));
        KeptAnswers kept = KeptAnswers.Load(file);
        var collector = new AnswerCollector(model, plan, encoder, settings.Sampling(encoder), perQuestion, (ulong)settings.Seed);
        if (kept.Samplings(teacher).Contains(null))
            job.Log($"{file}: some answers of teacher {teacher} do not say how they were sampled; they are kept as they are.");
        job.Stage("collect", kept.Missing(questions, teacher, perQuestion).Count);
        collector.Collect(teacher, questions, kept, writer, (done, of) =>
        {
            job.Progress(done, of);
            if (done < of) job.ThrowWhereAsked();
        });
        return new CollectedAnswers(teacher, file, questions.Count, questions.Sum(q => kept.Of(teacher, q.Id).Count));
    }
}
