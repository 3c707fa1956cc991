using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace RIL.Training.Torch;

/// <summary>
/// How libtorch runs in this process: set once, before the first tensor, because most of it cannot be changed afterwards.
/// </summary>
/// <param name="Threads">Cores to use; 0 = as many as the machine has.</param>
/// <param name="Workers">Threads that compute shares of a batch side by side, each with Threads / Workers threads inside an operator; 0 =
/// one a core.</param>
/// <param name="OpenMpWait"><c>passive</c> (waiting threads sleep) or <c>active</c> (they spin; up to 11 times slower when a core is
/// shared).</param>
/// <param name="Matmul"><c>fast</c> (f32 products by oneDNN where a self-check finds them exact) or <c>default</c>.</param>
/// <param name="KeepFreedMemory">Whether the C allocator keeps freed blocks instead of giving them back page by page.</param>
public sealed record TorchSettings(int Threads = 0, int Workers = 0, string OpenMpWait = "passive", string Matmul = "fast",
    bool KeepFreedMemory = true);

/// <summary>Applies <see cref="TorchSettings"/> and says in one line what is in force.</summary>
public static partial class TorchRuntime
{
    private static string? _description;

    /// <summary>
    /// What is in force, in one line; recorded with every run because results are bit-identical only under the same line.
    /// </summary>
    public static string Description => _description ?? throw new InvalidOperationException("TorchRuntime.Start has not run.");

    /// <summary>Threads that compute side by side on the CPU.</summary>
    public static int WorkerCount { get; private set; } = 1;

    /// <summary>Sets the process up; a second call changes nothing.</summary>
    public static void Start(TorchSettings settings)
    {
        if (_description is not null) return;
        int threads = settings.Threads > 0 ? settings.Threads : Environment.ProcessorCount;
        int workers = Math.Clamp(settings.Workers > 0 ? settings.Workers : threads, 1, threads), inside = threads / workers;
        // The OpenMP runtime reads its environment when libtorch is loaded, and only the native one: .NET's own copy is not enough.
        SetNativeEnvironment("OMP_WAIT_POLICY", settings.OpenMpWait);
        SetNativeEnvironment("KMP_BLOCKTIME", settings.OpenMpWait == "passive" ? "0" : "200");
        SetNativeEnvironment("OMP_NUM_THREADS", inside.ToString(System.Globalization.CultureInfo.InvariantCulture));
        // oneDNN keeps a compiled kernel for every shape it has met, 1024 of them by default: hundreds of MB, and ragged batches hardly
        // meet a shape twice.
        foreach (string cache in (string[])["ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"])
            if (Environment.GetEnvironmentVariable(cache) is null) SetNativeEnvironment(cache, "256");
        bool keeps = settings.KeepFreedMemory && KeepFreedMemory();
        set_num_threads(inside);
        WorkerCount = workers;
        string matmul = settings.Matmul == "fast" ? ChooseFastMatmul() : "default";
        _description = $"TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}, "
            + $"workers {workers} of {inside} thread{(inside == 1 ? "" : "s")}, "
            + $"OpenMP waiting {settings.OpenMpWait}, f32 matmul {matmul}, allocator {(keeps ? "keeps freed memory" : "default")}";
    }

    private const int Mkldnn = 2, MatmulOperation = 3, Ieee = 1, Bf16 = 3;

    // On CPUs without AMX, allowing bf16 for f32 products only routes them to oneDNN's f32 kernels, which are twice as fast as MKL's on
    // AMD. With AMX they would be computed in bf16, so the result of one product decides.
    private static string ChooseFastMatmul()
    {
        try
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            using var generator = new Generator(7);
            Tensor a = randn(256, 256, dtype: ScalarType.Float32, generator: generator),
                b = randn(256, 256, dtype: ScalarType.Float32, generator: generator);
            Tensor exact = a.to(ScalarType.Float64).matmul(b.to(ScalarType.Float64));
            SetMatmulPrecision(Bf16);
            Tensor fast = a.matmul(b).to(ScalarType.Float64);
            Tensor error = fast.sub(exact).norm().div(exact.norm());
            if (MemoryMarshal.Read<double>(error.bytes) < 1e-5)
            {
                return "oneDNN (checked exact)";
            }
            SetMatmulPrecision(Ieee);
            return "default (oneDNN is not exact on this CPU)";
        }
        catch (EntryPointNotFoundException)
        {
            return "default (this libtorch has no switch)";
        }
    }

    private static void SetMatmulPrecision(int precision) => SetFloat32Precision(GlobalContext(), Mkldnn, MatmulOperation, precision);

    private static bool KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux()) return false;
        const int TrimThreshold = -1, MmapThreshold = -3;
        try
        {
            return MallocOption(MmapThreshold, 1 << 30) == 1 && MallocOption(TrimThreshold, int.MaxValue) == 1;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // a C library that is not glibc
        }
    }

    private static void SetNativeEnvironment(string name, string value)
    {
        if (OperatingSystem.IsWindows()) WindowsPutEnvironment(name, value);
        else UnixSetEnvironment(name, value, 1);
        Environment.SetEnvironmentVariable(name, value);
    }

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    private static partial IntPtr GlobalContext();

    [LibraryImport("torch_cpu", EntryPoint =
        "_ZN2at7Context19setFloat32PrecisionENS_14Float32BackendENS_9Float32OpENS_16Float32PrecisionE")]
    private static partial void SetFloat32Precision(IntPtr context, int backend, int operation, int precision);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallocOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnixSetEnvironment(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int WindowsPutEnvironment(string name, string value);
}
