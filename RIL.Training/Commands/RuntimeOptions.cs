using System.CommandLine;
using RIL.Training.Torch;

namespace RIL.Training.Commands;

/// <summary>The options for how libtorch runs in this process.</summary>
internal sealed class RuntimeOptions
{
    private readonly Option<int?> _threads = new("--threads")
        { Description = "Cores to use; 0 = all (default: the configuration's threads).", HelpName = "N" };

    private readonly Option<int?> _workers = new("--workers")
        { Description = "Threads that compute shares of a batch side by side; 0 = one a core (default: the configuration's workers).",
        HelpName = "N" };

    private readonly Option<string?> _matmul = new("--matmul")
        { Description = "Route of f32 products: fast (oneDNN where a self-check finds it exact) or default.", HelpName = "ROUTE" };

    private readonly Option<string> _wait = new("--openmp-wait")
        { Description = "What idle OpenMP threads do: passive (sleep) or active (spin; far slower where a core is shared).",
        HelpName = "POLICY", DefaultValueFactory = _ => "passive" };

    private readonly Option<string> _allocator = new("--allocator")
        { Description = "Freed memory: keep (faster) or default (given back page by page).", HelpName = "WAY",
        DefaultValueFactory = _ => "keep" };

    public RuntimeOptions()
    {
        _matmul.AcceptOnlyFromAmong("fast", "default");
        _wait.AcceptOnlyFromAmong("passive", "active");
        _allocator.AcceptOnlyFromAmong("keep", "default");
    }

    public void AddTo(Command verb)
    {
        foreach (Option option in (Option[])[_threads, _workers, _matmul, _wait, _allocator]) verb.Add(option);
    }

    /// <summary>Sets the process up; what is not given on the command line is as <paramref name="configured"/>.</summary>
    public void Start(ParseResult parsed, TorchSettings? configured = null)
    {
        TorchSettings settings = configured ?? new TorchSettings();
        TorchRuntime.Start(settings with
        {
            Threads = parsed.GetValue(_threads) ?? settings.Threads,
            Workers = parsed.GetValue(_workers) ?? settings.Workers,
            Matmul = parsed.GetValue(_matmul) ?? settings.Matmul,
            OpenMpWait = parsed.GetRequiredValue(_wait),
            KeepFreedMemory = parsed.GetRequiredValue(_allocator) == "keep",
        });
    }
}
