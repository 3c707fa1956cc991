namespace RIL.Web.Operations;

/// <summary>A graphics processor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Percent">How busy it is, 0 to 100.</param>
/// <param name="MemoryUsed">Bytes in use.</param>
/// <param name="MemoryTotal">Bytes in all.</param>
public sealed record GpuReading(string Name, double Percent, long MemoryUsed, long MemoryTotal);

/// <summary>How the machine is at a moment. What cannot be read here is null, never made up.</summary>
/// <param name="Time">When.</param>
/// <param name="Cores">Processor cores that this program may use.</param>
/// <param name="CpuPercent">How busy all cores together are, 0 to 100.</param>
/// <param name="MemoryUsed">Bytes of memory in use.</param>
/// <param name="MemoryTotal">Bytes of memory in all, or of the container where that is less.</param>
/// <param name="DiskFree">Bytes free where the storage folder lies.</param>
/// <param name="DiskTotal">Bytes there in all.</param>
/// <param name="Gpus">Graphics processors; empty where there is none.</param>
public sealed record MachineReading(
    DateTimeOffset Time, int Cores, double? CpuPercent, long? MemoryUsed, long? MemoryTotal, long? DiskFree, long? DiskTotal, IReadOnlyList<GpuReading> Gpus);
