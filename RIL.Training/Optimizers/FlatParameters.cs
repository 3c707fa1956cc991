using RIL.Training.Layers;
using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Optimizers;

/// <summary>
/// The trained weights of a model and its replicas, laid into one flat buffer per group (decayed or not), with one flat gradient buffer
/// per group and replica. The weights become views, so that summing, clipping, updating and zeroing are one call a group instead of one a
/// weight. A weight that no longer learns leaves the buffer of an earlier optimizer, and at the end all gradients are given back.
/// </summary>
public sealed class FlatParameters : IDisposable
{
    private readonly List<Weight> _learning = []; // of every replica

    /// <summary>Weights of one group: [elements] values, and gradients of the same size for every replica.</summary>
    internal sealed record Group(bool Decays, Tensor Values, Tensor[] Gradients,
        IReadOnlyList<(string Name, long Start, long[] Shape)> Slices);

    /// <summary>Rebases the weights that <paramref name="trains"/> picks; all others stop requiring gradients.</summary>
    /// <param name="weights">For every weight, the same weight in each replica.</param>
    /// <param name="trains">Which weights learn.</param>
    public FlatParameters(IEnumerable<IReadOnlyList<Weight>> weights, Func<Weight, bool> trains)
    {
        using var _ = no_grad();
        var picked = new List<IReadOnlyList<Weight>>();
        foreach (IReadOnlyList<Weight> copies in weights)
        {
            if (trains(copies[0])) picked.Add(copies);
            else Freeze(copies);
        }
        if (picked.Count == 0) throw new InputException("No weight is left to train; at least one part of the model must not be frozen.");
        Groups = [.. picked.GroupBy(c => c[0].Decays).OrderByDescending(g => g.Key).Select(g => Lay([.. g], g.Key))];
        _learning.AddRange(picked.SelectMany(copies => copies));
    }

    internal IReadOnlyList<Group> Groups { get; }

    /// <summary>Adds the replicas' gradients to the first's, in their order, and then those of all members.</summary>
    public void SumGradients(ICollective members)
    {
        using var _ = no_grad();
        foreach (Group group in Groups)
        {
            foreach (Tensor gradient in group.Gradients.Skip(1)) group.Gradients[0].add_(gradient, Scalars.One);
            members.Sum(group.Gradients[0]);
        }
    }

    /// <summary>Sets every gradient to 0.</summary>
    public void ZeroGradients()
    {
        using var _ = no_grad();
        foreach (Tensor gradient in Groups.SelectMany(g => g.Gradients)) gradient.zero_();
    }

    /// <summary>
    /// Scales the summed gradients so that their norm is at most <paramref name="largest"/> (0 = never), as torch's clip_grad_norm_; gives
    /// the norm before.
    /// </summary>
    public double ClipGradients(double largest)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        double squares = 0;
        foreach (Group group in Groups)
        {
            double norm = System.Runtime.InteropServices.MemoryMarshal.Read<float>(group.Gradients[0].norm().cpu().bytes);
            squares += norm * norm;
        }
        double total = Math.Sqrt(squares), factor = largest / (total + 1e-6);
        if (largest > 0 && factor < 1)
        {
            Tensor scale = tensor((float)factor, device: Groups[0].Values.device);
            foreach (Group group in Groups) group.Gradients[0].mul_(scale);
        }
        return total;
    }

    /// <summary>The weights keep their values and stop learning.</summary>
    public void Dispose()
    {
        foreach (Weight weight in _learning) StopLearning(weight);
        foreach (Group group in Groups)
        {
            group.Values.Dispose();
            foreach (Tensor gradient in group.Gradients) gradient.Dispose();
        }
    }

    private static void Freeze(IReadOnlyList<Weight> copies)
    {
        if (!copies[0].LiesFlat)
        {
            foreach (Weight copy in copies) StopLearning(copy);
            return;
        }
        // As a part of an earlier optimizer's buffer it would keep the whole of it.
        using var scope = NewDisposeScope();
        Tensor own = copies[0].Value.detach().clone();
        foreach (Weight copy in copies) copy.Value = ReferenceEquals(copy, copies[0]) ? own : own.detach();
    }

    private static void StopLearning(Weight weight)
    {
        weight.Value.grad = null;
        weight.Value.requires_grad_(false);
    }

    private static Group Lay(List<IReadOnlyList<Weight>> weights, bool decays)
    {
        using var scope = NewDisposeScope();
        Device device = weights[0][0].Value.device;
        long total = weights.Sum(w => w[0].Count);
        Tensor values = empty(total, device: device).DetachFromDisposeScope();
        Tensor[] gradients = [.. weights[0].Select(_ => zeros(total, device: device).DetachFromDisposeScope())];
        var slices = new List<(string, long, long[])>();
        long start = 0;
        foreach (IReadOnlyList<Weight> copies in weights)
        {
            Weight first = copies[0];
            Tensor view = values.narrow(0, start, first.Count).view(first.Shape);
            view.copy_(first.Value);
            for (int replica = 0; replica < copies.Count; replica++)
            {
                Tensor leaf = view.detach().requires_grad_(true);
                copies[replica].Value = leaf;
                copies[replica].LiesFlat = true;
                // Backward adds in place where a gradient exists, so the view stays.
                leaf.grad = gradients[replica].narrow(0, start, first.Count).view(first.Shape);
            }
            slices.Add((first.Name, start, first.Shape));
            start += first.Count;
        }
        return new Group(decays, values, gradients, slices);
    }
}
