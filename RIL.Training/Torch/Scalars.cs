using System.Collections.Concurrent;
using TorchSharp;

namespace RIL.Training.Torch;

/// <summary>
/// Scalars that live as long as the process: TorchSharp passes their bare handle to native code, so a fresh one can be finalised while it
/// is read.
/// </summary>
public static class Scalars
{
#pragma warning disable RS0030 // the one place where Scalars are made
    private static readonly ConcurrentDictionary<double, Scalar> Cache = new();

    /// <summary>The integer 1, the usual <c>alpha</c> of add and sub.</summary>
    public static readonly Scalar One = 1;

    /// <summary>The integer 0.</summary>
    public static readonly Scalar Zero = 0;

    /// <summary>
    /// A constant as a cached Scalar; only for a bounded set of values (constants of the configuration), never for values that change each
    /// step.
    /// </summary>
    public static Scalar Of(double value) => Cache.GetOrAdd(value, static v => (Scalar)v);
#pragma warning restore RS0030
}
