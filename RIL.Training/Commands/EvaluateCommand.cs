using System.CommandLine;
using System.Text.Json;
using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Evaluation;
using RIL.Training.Models;
using RIL.Training.Preflight;
using RIL.Training.Runs;
using RIL.Training.Stages;
using RIL.Training.Training;

namespace RIL.Training.Commands;

/// <summary><c>evaluate</c>: how well checkpoints answer held-out questions.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var models = new Argument<string[]>("CHECKPOINT")
            { Description = "Checkpoint folders (Hugging Face layout), or a run's student or checkpoint-N.",
            Arity = ArgumentArity.OneOrMore };
        var dataset = new Option<string?>("--dataset") { Description = "Questions (default: eval_dataset).", HelpName = "DATA" };
        var limit = new Option<int?>("--limit") { Description = "Ask the first N questions only (default: eval_limit).", HelpName = "N" };
        var answers = new Option<string?>("--answers") { Description = "Also write every answer with its verdict, one JSON object a line.",
            HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a checkpoint instead of a table." };
        var config = new ConfigOptions();
        var job = new JobRunner();
        var runtime = new RuntimeOptions();
        var verb = new VerbWithExamples(
            "evaluate", "Asks checkpoints the questions of a data set and judges their answers by the configuration's rule.",
            "evaluate runs/first/student --preset quickstart",
                "evaluate models/a models/b --config run.yaml --dataset test.jsonl --limit 200 --json") { models, dataset,
                limit, answers, json };
        config.AddTo(verb);
        job.AddTo(verb);
        runtime.AddTo(verb);
        verb.SetAction(parsed =>
        {
            RunConfig settings = config.Read(parsed);
            runtime.Start(parsed, settings.Torch);
            var terminal = new Terminal(parsed.InvocationConfiguration.Output);
            bool asJson = parsed.GetValue(json);
            IRunObserver[] shown = !asJson && terminal.IsTerminal ? [new ProgressLine(terminal.Output, true, terminal.Width)] : [];
            return job.Run(parsed, settings, shown, folder =>
            {
                string data = parsed.GetValue(dataset) ?? settings.EvalDataset
                    ?? throw new InputException("--dataset is missing and the configuration has no eval_dataset; expected a data set.");
                if (parsed.GetValue(answers) is { } file)
                {
                    OutputPlaces.RequireApart("--answers", file,
                        [.. parsed.GetRequiredValue(models).Select(m => new InputPlace("the checkpoint", m)),
                            new("--dataset", data), .. OutputPlaces.Inputs(settings)]);
                    OutputPlaces.RequireOwnLines("--answers", file, "a file of answers",
                        line => line.TryGetProperty("model", out _) && line.TryGetProperty("question", out _));
                }
                IReadOnlyList<Example> questions = InputReference.ReadRows(data);
                int count = parsed.GetValue(limit) ?? settings.EvalLimit;
                if (count > 0) questions = [.. questions.Take(count)];
                IReadOnlyList<ModelAccuracy> results = Ask(parsed.GetRequiredValue(models), questions, settings,
                    parsed.GetValue(answers), asJson ? terminal.Output : null, folder);
                if (!asJson) ResultTable.Write(results, terminal.Console(), m => m.Model);
                return new RunSummary(results);
            });
        });
        return verb;
    }

    private static List<ModelAccuracy> Ask(string[] models, IReadOnlyList<Example> questions, RunConfig settings, string? answersFile,
        TextWriter? json, JobFolder job)
    {
        using StreamWriter? lines = answersFile is null ? null : new StreamWriter(answersFile) { NewLine = "\n" };
        var results = new List<ModelAccuracy>();
        job.Stage("evaluation", models.Length);
        foreach (string folder in models)
        {
            job.ThrowWhereAsked();
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
            IReadOnlyList<EvaluatedAnswer> answers = Ask(InputReference.ResolvePath(folder), questions, settings, job);
            foreach (EvaluatedAnswer answer in answers)
                lines?.WriteLine(JsonSerializer.Serialize(new { model = folder, question = answer.Question.Id,
                    type = answer.Question.QuestionType, truth = answer.Question.Answer, answer = answer.Text,
                    right = answer.Verdict.IsRight, reason = answer.Verdict.Reason }, RunEvent.Json));
            results.Add(HeldOut.Figures(name, EvaluationResult.Of(answers)));
            json?.WriteLine(JsonSerializer.Serialize(results[^1] with { Model = folder }, RunEvent.Json));
            job.Progress(results.Count, models.Length);
        }
        return results;
    }

    private static IReadOnlyList<EvaluatedAnswer> Ask(string folder, IReadOnlyList<Example> questions, RunConfig settings, JobFolder job)
    {
        ComputePlan plan = settings.ComputePlan();
        using VisionLanguageModel model = plan.Load(folder);
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(folder, settings.MinPixels, settings.MaxPixels);
        return new Evaluator(model, plan, encoder, settings.CreateJudge(), settings.EvaluationSampling(encoder), settings.EvalBatchSize)
            .Answer(questions, (ulong)settings.Seed, (done, of) => job.Part(done, of, "questions", isStep: true));
    }
}
